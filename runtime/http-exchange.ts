import { type Dispatcher, Pool } from 'undici'
import { type HttpAnswer, readJson } from './http-answer.ts'
import { type HttpCall, nameOf } from './http-call.ts'
import { type Problem, ProblemBody } from './problem.ts'
import { RemoteError, RemoteProblem } from './remote-errors.ts'

/** How one other party is reached. */
export interface ExchangeOptions {
  /** Scheme, host, port and optional path prefix. Plain HTTP is refused except to this machine. */
  readonly baseUrl: string
  /** PEM. `authorities` replaces the system's list; `key` and `cert` prove who we are. */
  readonly tls?: { readonly authorities?: string; readonly key?: string; readonly cert?: string }
  /** Asked before every attempt, so that a token may be renewed between two. */
  readonly bearer?: () => Promise<string>
  /** Default 16 MiB. */
  readonly maxResponseBytes?: number
  /** Language of the titles in refusals. Default zh. */
  readonly language?: 'zh' | 'en'
}

/** One request and its answer, without retries. */
export interface Exchange {
  attempt(call: HttpCall, deadline: AbortSignal): Promise<HttpAnswer>
  close(): Promise<void>
}

/** @throws RemoteError REMOTE_INSECURE for plain HTTP to another machine */
export function openExchange(options: ExchangeOptions): Exchange {
  const url = new URL(options.baseUrl)
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  if (url.protocol !== 'https:' && !isLocal) throw new RemoteError('REMOTE_INSECURE', url.origin)
  const { authorities, key, cert } = options.tls ?? {}
  const pool = new Pool(url.origin, {
    connect: {
      minVersion: 'TLSv1.3',
      ...(authorities && { ca: authorities }),
      ...(key && { key, cert }),
    },
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: options.maxResponseBytes ?? 16_777_216,
  })
  const prefix = url.pathname.replace(/\/$/, '')
  return {
    attempt: (call, deadline) => attempt(pool, prefix, call, deadline, options),
    close: () => pool.destroy(),
  }
}

async function attempt(
  pool: Pool,
  prefix: string,
  call: HttpCall,
  deadline: AbortSignal,
  options: ExchangeOptions,
): Promise<HttpAnswer> {
  const headers = await headersOf(options, call)
  const signal = call.signal ? AbortSignal.any([deadline, call.signal]) : deadline
  const { method } = call
  const request = { method, path: prefix + call.path, headers, signal, body: bodyOf(call) }
  try {
    const response = await pool.request(request)
    const answer = await collected(response)
    if (answer.status < 300 || call.answers?.includes(answer.status)) return answer
    throw refusalOf(answer, response, call)
  } catch (error) {
    throw asRemote(error, call, deadline)
  }
}

/** Names why no answer came; what is named already passes unchanged. */
export function asRemote(error: unknown, call: HttpCall, deadline: AbortSignal): unknown {
  if (error instanceof RemoteError || error instanceof RemoteProblem) return error
  const name = nameOf(call)
  if (call.signal?.aborted) return new RemoteError('REMOTE_CALL_ABORTED', name, error)
  if (deadline.aborted) return new RemoteError('REMOTE_TIMEOUT', name, error)
  const isSize = Reflect.get(Object(error), 'code') === 'UND_ERR_RES_EXCEEDED_MAX_SIZE'
  return new RemoteError(isSize ? 'REMOTE_RESPONSE_TOO_LARGE' : 'REMOTE_UNREACHABLE', name, error)
}

async function headersOf({ bearer, language = 'zh' }: ExchangeOptions, call: HttpCall) {
  return {
    'accept-language': language,
    ...(bodyOf(call) !== null && { 'content-type': typeOf(call) }),
    ...(call.idempotencyKey !== undefined && { 'idempotency-key': call.idempotencyKey }),
    ...(bearer && { authorization: `Bearer ${await bearer()}` }),
  }
}

function typeOf({ body, text }: HttpCall): string {
  if (text !== undefined) return 'text/plain'
  return body instanceof Uint8Array ? 'application/octet-stream' : 'application/json'
}

function bodyOf({ body, text }: HttpCall): string | Uint8Array | null {
  if (text !== undefined) return text
  if (body === undefined) return null
  return body instanceof Uint8Array ? body : JSON.stringify(body)
}

async function collected({
  statusCode,
  headers,
  body,
}: Dispatcher.ResponseData): Promise<HttpAnswer> {
  const contentType = String(headers['content-type'] ?? '')
  return { status: statusCode, contentType, bytes: await body.bytes() }
}

function refusalOf(answer: HttpAnswer, { headers }: Dispatcher.ResponseData, call: HttpCall) {
  const seconds = Number(headers['retry-after'] ?? 0)
  const retryAfterMs = seconds > 0 ? Math.min(seconds, 3600) * 1000 : 0
  return new RemoteProblem(nameOf(call), answer.status, problemOf(answer, call), retryAfterMs)
}

function problemOf(answer: HttpAnswer, call: HttpCall): Problem | undefined {
  try {
    return readJson(answer, ProblemBody, nameOf(call))
  } catch {
    return undefined
  }
}
