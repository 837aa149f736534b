import { CompactSign, type CryptoKey, compactVerify, type JWK } from 'jose'
import { decodeBase64url } from '../base64url.ts'
import { canonical } from '../digest.ts'
import { CryptoError, type CryptoErrorCode } from '../errors.ts'
import type { JsonValue } from '../json-value.ts'
import { DEFAULT_SUITE, type SuiteId, suiteById } from './suite.ts'

/** Signs as one participant with its current key. Holds the key, never shows it. */
export interface Signer {
  /** The participant, e.g. `did:web:tax.jinan.example`. */
  readonly did: string
  /** RFC 7638 thumbprint of the public key. */
  readonly kid: string
  readonly suite: SuiteId
  /**
   * A compact JWS over the JCS form of `payload`. `typ` names the kind of message
   * (`baotu-advert+jws`), so that a signature on one kind never passes for another.
   */
  sign(typ: string, payload: JsonValue): Promise<string>
}

/** What a verifier expects. */
export interface JwsExpectation {
  readonly typ: string
  /** The public key of that id *if it may sign this*; undefined refuses. Decides who, and when. */
  readonly key: (kid: string) => JWK | CryptoKey | undefined
  /** Longest accepted message in characters, checked before anything is parsed. */
  readonly maxBytes: number
  /** Suite the message must name; the default suite when absent. */
  readonly suite?: SuiteId
}

/** What a verified message said, and by which key. */
export interface VerifiedJws {
  readonly payload: JsonValue
  readonly kid: string
}

/** The identity a signer is made of; `key` is a private Ed25519 key, best non-extractable. */
export interface SignerParts {
  readonly did: string
  readonly kid: string
  readonly suite: SuiteId
  readonly key: CryptoKey
}

/** A signer over one private key. The protected header is {alg, kid, suite, typ} and no more. */
export function createSigner({ did, kid, suite, key }: SignerParts): Signer {
  const alg = suiteById(suite).signature
  const sign = async (typ: string, payload: JsonValue) =>
    new CompactSign(canonical(payload)).setProtectedHeader({ alg, kid, suite, typ }).sign(key)
  return { did, kid, suite, sign }
}

/**
 * Checks a compact JWS and returns its payload. One signed meaning has one byte form: base64url,
 * header and payload must all be canonical (JCS), and the header holds exactly the four members
 * written by `createSigner`; `crit` and every other member refuse. Codes: `JWS_TOO_LARGE`,
 * `JWS_MALFORMED`, `JWS_HEADER` (other alg, typ or suite), `JWS_KEY` (key unknown to the caller),
 * `JWS_SIGNATURE`, `JWS_NOT_CANONICAL`.
 */
export async function verifyJws(jws: string, expected: JwsExpectation): Promise<VerifiedJws> {
  if (jws.length > expected.maxBytes) refuse('JWS_TOO_LARGE', `over ${expected.maxBytes} bytes`)
  const { header, payload } = split(jws)
  const kid = checkHeader(header, expected)
  const key = expected.key(kid)
  if (key === undefined) refuse('JWS_KEY', 'no such key for this signer, purpose and time')
  await checkSignature(jws, key)
  return { payload: parseCanonical(payload, 'JWS_NOT_CANONICAL'), kid }
}

function split(jws: string): { header: JsonValue; payload: Uint8Array } {
  const [header, payload, signature, ...rest] = jws.split('.')
  if (header === undefined || payload === undefined || signature === undefined || rest.length > 0) {
    refuse('JWS_MALFORMED', 'not three parts')
  }
  part(signature)
  return { header: parseCanonical(part(header), 'JWS_HEADER'), payload: part(payload) }
}

function part(text: string): Uint8Array {
  try {
    return decodeBase64url(text)
  } catch (cause) {
    throw new CryptoError('JWS_MALFORMED', 'a part is not canonical base64url', { cause })
  }
}

function checkHeader(header: JsonValue, { typ, suite }: JwsExpectation): string {
  const { id, signature } = suite === undefined ? DEFAULT_SUITE : suiteById(suite)
  const { kid, ...rest } = Object(header) as { readonly [name: string]: unknown }
  const same = Object.entries({ alg: signature, suite: id, typ }).every(
    ([name, value]) => rest[name] === value,
  )
  if (!same || Object.keys(rest).length !== 3 || typeof kid !== 'string') {
    refuse('JWS_HEADER', 'alg, kid, suite and typ are not exactly those expected')
  }
  return kid
}

async function checkSignature(jws: string, key: JWK | CryptoKey): Promise<void> {
  try {
    await compactVerify(jws, key, { algorithms: ['Ed25519'] })
  } catch (cause) {
    throw new CryptoError('JWS_SIGNATURE', 'signature does not verify', { cause })
  }
}

function parseCanonical(bytes: Uint8Array, code: CryptoErrorCode): JsonValue {
  try {
    const value = JSON.parse(
      new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes),
    )
    if (Buffer.compare(canonical(value), bytes) === 0) return value
  } catch (cause) {
    throw new CryptoError(code, 'not JSON in canonical form', { cause })
  }
  return refuse(code, 'JSON is not in its canonical form')
}

function refuse(code: CryptoErrorCode, message: string): never {
  throw new CryptoError(code, message)
}
