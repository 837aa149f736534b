import Type from 'typebox'
import { encodeBundle } from '#evidence/entry-bundle'
import type { Evidence } from '#evidence/log'
import { Strict } from '#protocol/messages/primitives'
import { ReceiptBody } from '#protocol/messages/query-state'
import { problemResponse } from '#runtime/http-problem'
import type { HttpServer } from '#runtime/http-server'
import { BytesResponse } from './bytes.ts'
import { EVERYBODY } from './everybody.ts'

const index = Type.String({ pattern: '^(0|[1-9][0-9]{0,14})$' })
const level = Type.String({ pattern: '^([0-9]|[1-5][0-9]|6[0-3])$' })
const config = { roles: EVERYBODY }

/**
 * The gateway's log (存证) as every participant may read, mirror and check it: no value is in it.
 */
export function addEvidenceRoutes(app: HttpServer, evidence: Evidence): void {
  const receipt = {
    summary: 'The receipt of an entry',
    params: Strict({ index }),
    response: { 200: ReceiptBody, ...problemResponse },
  }
  app.get('/evidence/receipts/:index', { schema: receipt, config }, async ({ params }) => {
    const { proof, ...rest } = await evidence.receiptAt(Number(params.index))
    return { ...rest, proof: [...proof] }
  })

  const tile = {
    summary: 'The hashes of a tile, as many as there are',
    params: Strict({ level, index }),
    response: { 200: BytesResponse, ...problemResponse },
  }
  app.get('/evidence/tiles/:level/:index', { schema: tile, config }, async ({ params }, reply) => {
    const hashes = await evidence.tile(Number(params.level), Number(params.index))
    return reply.type('application/octet-stream').send(Buffer.from(hashes))
  })

  const bundle = {
    summary: 'The entries of a bundle, as many as there are',
    params: Strict({ index }),
    response: { 200: BytesResponse, ...problemResponse },
  }
  app.get('/evidence/bundles/:index', { schema: bundle, config }, async ({ params }, reply) => {
    const entries = await evidence.bundle(Number(params.index))
    return reply.type('application/octet-stream').send(Buffer.from(encodeBundle(entries)))
  })
}
