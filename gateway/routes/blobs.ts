import Type from 'typebox'
import { DigestText, Strict } from '#protocol/messages/primitives'
import { problemResponse } from '#runtime/http-problem'
import type { HttpServer } from '#runtime/http-server'
import { principalOf } from '../admission.ts'
import { getBlob, putBlob } from '../flow/blobs.ts'
import type { GatewayDesk } from '../gateway-desk.ts'
import { GatewayError } from '../gateway-error.ts'
import { BytesResponse } from './bytes.ts'

const path = '/sessions/:invitation/blobs/:digest'
const params = Strict({ invitation: DigestText, digest: DigestText })

/** Keys, ciphertexts and sealed tables, by the digest of their bytes. */
export function addBlobRoutes(app: HttpServer, desk: GatewayDesk): void {
  const put = {
    summary: 'Store a blob of an attempt',
    params,
    response: { 204: Type.Null(), ...problemResponse },
  }
  const writers = { roles: ['holder', 'release'] as const, isBinary: true }
  app.put(path, { schema: put, config: writers }, async (request, reply) => {
    const { body } = request
    if (!Buffer.isBuffer(body)) throw new GatewayError('BLOB_SIZE', 'an empty body')
    await putBlob(desk, principalOf(request), request.params, body)
    return reply.code(204).send(null)
  })

  const get = {
    summary: 'Fetch a blob that is for the caller',
    params,
    response: { 200: BytesResponse, ...problemResponse },
  }
  const readers = { roles: ['consumer', 'holder', 'release', 'auditor'] as const }
  app.get(path, { schema: get, config: readers }, async (request, reply) => {
    const bytes = await getBlob(desk, principalOf(request), request.params)
    return reply.type('application/octet-stream').send(Buffer.from(bytes))
  })
}
