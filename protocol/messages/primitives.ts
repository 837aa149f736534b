import Type, { type TObject, type TProperties } from 'typebox'

/** An object on the wire: every member named, nothing else accepted, nothing dropped. */
export function Strict<const P extends TProperties>(properties: P): TObject<P> {
  return Type.Object(properties, { additionalProperties: false })
}

/** The only name of a participant: a did:web, e.g. `did:web:tax.jinan.example`. */
export const Did = Type.String({
  pattern: '^did:web:[a-zA-Z0-9.-]{1,253}(:[a-zA-Z0-9._-]{1,100})*$',
  maxLength: 400,
})

/** A name chosen by people for a column, a part, a category: starts with a letter or a digit. */
export const Name = Type.String({
  pattern: '^[\\p{L}\\p{N}][\\p{L}\\p{N}_.+-]{0,63}$',
  maxLength: 64,
})

/** A URN or an absolute identifier such as `urn:baotu:product:tax-agg`. */
export const Urn = Type.String({
  pattern: '^urn:[a-z0-9][a-z0-9-]{0,31}:[A-Za-z0-9._:/#@-]{1,200}$',
  maxLength: 240,
})

/** A whole number of any size as decimal text; JSON numbers stop being exact at 2^53. */
export const IntegerText = Type.String({ pattern: '^(0|-?[1-9][0-9]{0,77})$', maxLength: 79 })

/** SHA-256 as `sha256-` and 64 hex digits. */
export const DigestText = Type.String({ pattern: '^sha256-[0-9a-f]{64}$' })

/** Exactly `bytes` bytes in base64url without padding. */
export function Bytes(bytes: number) {
  return Type.String({ pattern: `^[A-Za-z0-9_-]{${Math.ceil((bytes * 8) / 6)}}$` })
}

/**
 * An instant, UTC, to the second or millisecond: `2026-11-25T08:00:00Z`. Every part is in range, so
 * that none parses to something that compares with nothing and never expires.
 */
export const Instant = Type.String({
  pattern:
    '^2\\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])T([01]\\d|2[0-3])(:[0-5]\\d){2}(\\.\\d{3})?Z$',
  maxLength: 24,
})

/** A compact JWS; its payload has a schema of its own, checked after the signature. */
export const Jws = Type.String({
  pattern: '^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$',
  maxLength: 2_000_000,
})

/** A title in both languages of the house. */
export const Title = Strict({
  zh: Type.String({ minLength: 1, maxLength: 120 }),
  en: Type.String({ minLength: 1, maxLength: 120 }),
})
