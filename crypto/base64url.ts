import { CryptoError } from './errors.ts'

/** Base64url without padding (RFC 4648 section 5), the form of bytes on every JSON wire. */
export function encodeBase64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url')
}

/**
 * The one byte string whose encoding is exactly `text`. Padding, white space, the `+/` alphabet,
 * an impossible length and non-zero tail bits (RFC 4648 section 3.5) refuse with
 * `BASE64URL_INVALID`: two texts never decode to the same bytes.
 */
export function decodeBase64url(text: string): Uint8Array {
  const bytes = Uint8Array.from(Buffer.from(text, 'base64url'))
  if (encodeBase64url(bytes) !== text) {
    throw new CryptoError(
      'BASE64URL_INVALID',
      `not canonical base64url (${text.length} characters)`,
    )
  }
  return bytes
}
