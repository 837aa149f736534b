import swagger, { type FastifyDynamicSwaggerOptions as DynamicDocument } from '@fastify/swagger'
import Type from 'typebox'
import type { Evidence } from '#evidence/log'
import { problemResponse } from '#runtime/http-problem'
import {
  acceptBinary,
  buildServer,
  type HttpServer,
  type HttpServerOptions,
} from '#runtime/http-server'
import { type AdmissionOptions, closeDoor } from './admission.ts'
import type { GatewayDesk } from './gateway-desk.ts'
import { GATEWAY_PROBLEMS } from './problems.ts'
import { addBlobRoutes } from './routes/blobs.ts'
import { addEvidenceRoutes } from './routes/evidence.ts'
import { addProductRoutes } from './routes/products.ts'
import { addQueryRoutes } from './routes/queries.ts'
import { addTaskRoutes } from './routes/tasks.ts'
import { addWitnessRoutes } from './routes/witness.ts'
import type { WitnessDesk } from './witness-desk.ts'

/** What the gateway's server is made of. */
export interface GatewayAppOptions extends Omit<HttpServerOptions, 'problems'> {
  readonly desk: GatewayDesk
  readonly evidence: Evidence
  readonly witnesses: WitnessDesk
  readonly admission: AdmissionOptions
  readonly blobBytes: number
}

const SWAGGER: DynamicDocument = {
  openapi: {
    openapi: '3.1.0',
    info: { title: 'Baotu gateway', version: '1' },
    components: { securitySchemes: { access: { type: 'http', scheme: 'bearer' } } },
    security: [{ access: [] }],
  },
}

/**
 * The gateway's server, not yet listening. Everything but `/healthz` and `/openapi.json` lies
 * behind one door. Calls that are held open end when it closes.
 */
export async function buildApp(options: GatewayAppOptions): Promise<HttpServer> {
  const { desk, evidence, witnesses, admission, blobBytes, ...server } = options
  const app = buildServer({ ...server, problems: GATEWAY_PROBLEMS })
  await app.register(swagger, SWAGGER)
  const closing = new AbortController()
  app.addHook('preClose', async () => closing.abort())
  await app.register(async (plugin) => {
    const room: HttpServer = plugin.withTypeProvider()
    closeDoor(room, admission)
    await acceptBinary(room, { limitBytes: blobBytes })
    addQueryRoutes(room, desk, closing.signal)
    addTaskRoutes(room, desk, closing.signal)
    addBlobRoutes(room, desk)
    addProductRoutes(room, desk)
    addEvidenceRoutes(room, evidence)
    await room.register(async (texts) => addWitnessRoutes(texts.withTypeProvider(), witnesses))
  })
  addDocument(app)
  return app
}

function addDocument(app: HttpServer): void {
  const schema = { hide: true, response: { 200: Type.Unknown(), ...problemResponse } }
  const config = { openSchema: 'the OpenAPI document of this very server' }
  app.get('/openapi.json', { schema, config }, async () => app.swagger())
}
