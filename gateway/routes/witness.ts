import Type from 'typebox'
import { Strict } from '#protocol/messages/primitives'
import { problemResponse } from '#runtime/http-problem'
import { acceptText, type HttpServer } from '#runtime/http-server'
import { principalOf } from '../admission.ts'
import type { WitnessDesk } from '../witness-desk.ts'
import { EVERYBODY } from './everybody.ts'

const text = { content: { 'text/plain': { schema: Type.String() } } }
const size = { content: { 'text/x.tlog.size': { schema: Type.String() } } }
const Body = Type.String({ minLength: 1, maxLength: 65_536 })
const roles = ['holder', 'release'] as const

/**
 * Participants witness each other's logs (互相见证). Whoever only dials out fetches what it is
 * asked to cosign and brings its line; the gateway is the witness of everybody else.
 */
export async function addWitnessRoutes(app: HttpServer, desk: WitnessDesk): Promise<void> {
  await acceptText(app)
  const newest = {
    summary: 'The newest signed checkpoint',
    response: { 200: text, ...problemResponse },
  }
  const everybody = { roles: EVERYBODY }
  app.get('/evidence/checkpoint', { schema: newest, config: everybody }, async (_, reply) =>
    reply.type('text/plain').send(await desk.checkpoint()),
  )

  const cosigned = {
    summary: 'The newest checkpoint that enough witnesses cosigned',
    response: { 200: text, ...problemResponse },
  }
  app.get('/evidence/cosigned', { schema: cosigned, config: everybody }, async (_, reply) =>
    reply.type('text/plain').send(await desk.cosigned()),
  )

  const request = {
    summary: 'What a witness that holds so many entries is asked to cosign',
    params: Strict({ old: Type.String({ pattern: '^(0|[1-9][0-9]{0,14})$' }) }),
    response: { 200: text, ...problemResponse },
  }
  app.get(
    '/evidence/witness-requests/:old',
    { schema: request, config: { roles } },
    async (call, reply) => {
      const body = await desk.request(Number(call.params.old), principalOf(call))
      return reply.type('text/plain').send(body)
    },
  )

  const keep = {
    summary: 'Bring the caller’s cosignature on a checkpoint',
    body: Body,
    response: { 204: Type.Null(), ...problemResponse },
  }
  app.post('/evidence/cosignatures', { schema: keep, config: { roles } }, async (call, reply) => {
    await desk.keep(call.body, principalOf(call))
    return reply.code(204).send(null)
  })
  addWitness(app, desk)
}

/** `add-checkpoint` as C2SP tlog-witness has it, for the caller's own log. */
function addWitness(app: HttpServer, desk: WitnessDesk): void {
  const refusals = { 400: text, 403: text, 404: text, 409: size, 422: text }
  const schema = {
    summary: 'Have the gateway cosign a checkpoint of the caller’s own log',
    body: Body,
    response: { 200: text, ...refusals, ...problemResponse },
  }
  app.post('/evidence/add-checkpoint', { schema, config: { roles } }, async (call, reply) => {
    const { status, contentType, body } = await desk.addCheckpoint(call.body, principalOf(call))
    return reply.code(status).type(contentType).send(body)
  })
}
