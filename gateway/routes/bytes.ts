import Type from 'typebox'

/** A response of raw bytes. */
export const BytesResponse = {
  content: { 'application/octet-stream': { schema: Type.Unsafe<Buffer>(Type.String()) } },
}
