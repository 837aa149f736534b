import type { Static, TSchema } from 'typebox'
import type { JsonValue } from '#crypto/json-value'
import { ProtocolError } from './errors.ts'
import { parseMessage } from './messages/parse.ts'

/** A public key as the directory lists it. */
export interface PublicJwk {
  readonly kty: 'OKP'
  readonly crv: 'Ed25519' | 'X25519'
  readonly x: string
}

/**
 * Checks a compact JWS: algorithm, `typ`, that `key` knows its kid, the signature, and that the
 * payload is byte for byte its own canonical form. Every process hands in crypto/sign's.
 */
export type VerifyJws = (
  jws: string,
  expected: {
    readonly typ: string
    readonly key: (kid: string) => PublicJwk | undefined
    readonly maxBytes: number
  },
) => Promise<{ readonly payload: JsonValue; readonly kid: string }>

/** Longer ones are refused before anything is parsed; a directory is the longest of all. */
const MAX_JWS_BYTES = 16 * 1024 * 1024

/** What is signed, under which `typ`, with which schema: one row per kind of message. */
export interface MessageKind<S extends TSchema> {
  readonly typ: string
  readonly schema: S
}

/** Verifies the signature first, then the schema. Throws `SIGNATURE_REFUSED` or malformed. */
export async function openSigned<const S extends TSchema>(
  verify: VerifyJws,
  kind: MessageKind<S>,
  jws: string,
  key: (kid: string) => PublicJwk | undefined,
): Promise<Static<S>> {
  const { payload } = await verify(jws, { typ: kind.typ, key, maxBytes: MAX_JWS_BYTES }).catch(
    (cause) => {
      throw new ProtocolError('SIGNATURE_REFUSED', `a ${kind.typ} did not verify`, undefined, cause)
    },
  )
  return parseMessage(kind.schema, payload)
}
