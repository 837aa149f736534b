import { CryptoError } from '../errors.ts'

/** Names of the algorithm sets that may stand in a signed, hashed or sealed object. Closed. */
export type SuiteId = 'baotu-x25519-ed25519-sha256-aes256@1'

/**
 * One consistent set of algorithms. The id is part of what is signed and sealed, so a peer
 * cannot move an object from one suite to another; `tag` is its one-byte form on binary wires
 * and is never given to a second suite.
 */
export interface Suite {
  readonly id: SuiteId
  readonly tag: number
  /** JWS `alg` of every signature (RFC 8037, fully specified name of RFC 9864). */
  readonly signature: 'Ed25519'
  /** HPKE suite of every sealed object (RFC 9180: KEM 0x0020, KDF 0x0001, AEAD 0x0002). */
  readonly sealing: 'X25519-HKDF-SHA256-AES256GCM'
  /** Key agreement, derivation and stream of masks and pads. */
  readonly masking: 'X25519-HKDF-SHA256-AES256CTR'
}

const INTERNATIONAL: Suite = {
  id: 'baotu-x25519-ed25519-sha256-aes256@1',
  tag: 1,
  signature: 'Ed25519',
  sealing: 'X25519-HKDF-SHA256-AES256GCM',
  masking: 'X25519-HKDF-SHA256-AES256CTR',
}

/** The suite used when a configuration names none. */
export const DEFAULT_SUITE = INTERNATIONAL

const SUITES: readonly Suite[] = [INTERNATIONAL]

/** The suite of that name; an unknown name refuses with `SUITE_UNKNOWN`. */
export function suiteById(id: string): Suite {
  return known(SUITES.find((suite) => suite.id === id))
}

/** The suite of that wire tag; an unknown tag refuses with `SUITE_UNKNOWN`. */
export function suiteByTag(tag: number | undefined): Suite {
  return known(SUITES.find((suite) => suite.tag === tag))
}

function known(suite: Suite | undefined): Suite {
  if (suite === undefined) throw new CryptoError('SUITE_UNKNOWN', 'suite is not in the closed set')
  return suite
}
