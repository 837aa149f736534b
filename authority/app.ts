import swagger from '@fastify/swagger'
import Type from 'typebox'
import { problemResponse } from '#runtime/http-problem'
import { buildServer, type HttpServer, type HttpServerOptions } from '#runtime/http-server'
import type { Publisher } from './publisher.ts'

/** What the authority's server is made of. */
export interface AuthorityAppOptions extends HttpServerOptions {
  readonly publisher: Publisher
}

const DIRECTORY_SCHEMA = {
  summary: 'The signed directory of the space',
  response: {
    200: { content: { 'application/jose': { schema: Type.String() } } },
    ...problemResponse,
  },
}

/**
 * The authority's server, not yet listening. `GET /directory` is open to everybody: it is signed,
 * holds public keys and products only, and every reader checks it against the pinned anchor.
 */
export async function buildApp({
  publisher,
  ...options
}: AuthorityAppOptions): Promise<HttpServer> {
  const app = buildServer(options)
  await app.register(swagger, {
    openapi: { openapi: '3.1.0', info: { title: 'Baotu authority', version: '1' } },
  })
  app.get('/directory', { schema: DIRECTORY_SCHEMA }, async (_, reply) =>
    reply.type('application/jose').send(await publisher.current()),
  )
  addDocument(app)
  return app
}

function addDocument(app: HttpServer): void {
  const schema = { hide: true, response: { 200: Type.Unknown(), ...problemResponse } }
  const config = { openSchema: 'the OpenAPI document of this very server' }
  app.get('/openapi.json', { schema, config }, async () => app.swagger())
}
