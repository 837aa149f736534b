import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  fastify,
  LogController,
  type RawServerDefault,
} from 'fastify'
import { Type } from 'typebox'
import { HttpProblem } from './http-problem.ts'
import { parseJsonText } from './json-text.ts'
import type { Log } from './log.ts'
import { ProblemBody } from './problem.ts'
import { answerError, sendProblem } from './problem-answers.ts'
import { type Random, uuidFrom } from './random.ts'
import { isDeclared, refuseUndeclared } from './route-gate.ts'
import type { ServerProblems } from './runtime-problems.ts'

export type HttpServer = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

export interface TlsOptions {
  readonly key: string
  readonly cert: string
  /** PEM of the authorities that sign peers. Given, every peer must show a certificate of theirs. */
  readonly peerAuthorities?: string
}

export interface HttpServerOptions {
  readonly problems: ServerProblems
  readonly log: Log
  readonly random: Random
  readonly tls?: TlsOptions
  /** Default 1 MiB; a route may set its own `bodyLimit`. */
  readonly bodyLimitBytes?: number
  /** Time to receive a whole request. Default 30 s. */
  readonly requestTimeoutMs?: number
  /** Whether `/healthz` says so: the store answers, the log can append. Default always. */
  readonly isHealthy?: () => boolean | Promise<boolean>
}

/**
 * The one HTTP server of gateway and authority, not yet listening. It takes strict JSON, coerces
 * and removes nothing, sends only what a route declared, and refuses with problem documents that
 * hold no input. Routes are checked as they are added: see `refuseUndeclared`.
 */
export function buildServer(options: HttpServerOptions): HttpServer {
  const { problems, log, random } = options
  const handleError = answerError(problems)
  const app: HttpServer = fastify({
    ...(options.tls && { https: tlsSettings(options.tls) }),
    ...SETTINGS,
    loggerInstance: log,
    genReqId: () => uuidFrom(random),
    bodyLimit: options.bodyLimitBytes ?? 1_048_576,
    requestTimeout: options.requestTimeoutMs ?? 30_000,
    frameworkErrors: handleError,
  } as object)
  app.setErrorHandler(handleError)
  app.setNotFoundHandler((request, reply) => {
    sendProblem(problems, { code: 'NOT_FOUND' }, request, reply)
  })
  acceptJson(app)
  addHooks(app, options.tls !== undefined)
  addHealth(app, options.isHealthy ?? (() => true))
  return app
}

/** Lets the routes of this plugin that are marked `isBinary` take bytes, whole, up to a limit. */
export async function acceptBinary(
  app: HttpServer,
  { limitBytes }: { limitBytes: number },
): Promise<void> {
  const settings = { parseAs: 'buffer', bodyLimit: limitBytes } as const
  app.addContentTypeParser(
    'application/octet-stream',
    settings,
    async (_: unknown, bytes: Buffer) => bytes,
  )
}

/** Lets the routes of this plugin take `text/plain`, and nothing else, up to the body limit. */
export async function acceptText(app: HttpServer): Promise<void> {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'text/plain',
    { parseAs: 'string' },
    async (_: unknown, text: string) => text,
  )
}

const SETTINGS = {
  // Fastify's own lines would hold the URL; ours holds the route.
  logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
  return503OnClosing: false,
  ajv: {
    customOptions: {
      coerceTypes: false,
      removeAdditional: false,
      useDefaults: false,
      strict: true,
      allErrors: false,
    },
  },
}

function tlsSettings({ key, cert, peerAuthorities }: TlsOptions) {
  const mutual = { ca: peerAuthorities, requestCert: true, rejectUnauthorized: true }
  return { key, cert, minVersion: 'TLSv1.3', ...(peerAuthorities !== undefined && mutual) }
}

function acceptJson(app: HttpServer): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (_: FastifyRequest, bytes: Buffer) =>
      parseJsonText(bytes, { maxBytes: Number.POSITIVE_INFINITY }).value,
  )
}

const HEADERS = Object.freeze({
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
})
const TLS_HEADERS = Object.freeze({ ...HEADERS, 'strict-transport-security': 'max-age=31536000' })

function addHooks(app: HttpServer, isTls: boolean): void {
  const headers = isTls ? TLS_HEADERS : HEADERS
  let isClosing = false
  app.addHook('onRoute', refuseUndeclared)
  app.addHook('preClose', async () => {
    isClosing = true
  })
  app.addHook('onRequest', async (_, reply) => {
    reply.headers(headers)
  })
  app.addHook('preValidation', async (request) => refuseUndeclaredInput(request))
  app.addHook('onSend', async (request, reply) => {
    // Keep-alive clients would otherwise hold a closing server open until their next request.
    if (isClosing) reply.header('connection', 'close')
    const { schema } = request.routeOptions
    if (!isDeclared(schema?.response, reply.statusCode)) throw new HttpProblem('INTERNAL')
  })
  app.addHook('onResponse', async (request, { statusCode: status, elapsedTime }) => {
    const { method, url: route } = request.routeOptions
    const durationMs = Math.round(elapsedTime)
    request.log.info({ method: String(method), route, status, durationMs }, 'request answered')
  })
}

// A query string nobody declared, and JSON where bytes were declared or the other way round.
function refuseUndeclaredInput(request: FastifyRequest): void {
  const { schema, config } = request.routeOptions
  const place = (part: string, rule: string) => [{ in: part, pointer: '', rule }]
  if (!schema?.querystring && Object.keys(Object(request.query)).length > 0) {
    throw new HttpProblem('INVALID_REQUEST', {
      places: place('querystring', 'additionalProperties'),
    })
  }
  if (request.body !== undefined && Buffer.isBuffer(request.body) !== Boolean(config.isBinary)) {
    throw new HttpProblem('UNSUPPORTED_MEDIA_TYPE')
  }
}

function addHealth(app: HttpServer, isHealthy: () => boolean | Promise<boolean>): void {
  const Healthy = Type.Object({ status: Type.Literal('ok') }, { additionalProperties: false })
  const schema = { response: { 200: Healthy, default: ProblemBody } }
  app.get('/healthz', { schema }, async () => {
    if (!(await isHealthy())) throw new HttpProblem('UNAVAILABLE', { retryAfterMs: 5000 })
    return { status: 'ok' as const }
  })
}
