import type { Static, TSchema } from 'typebox'
import { backoffMs, type Sleep, systemSleep } from './backoff.ts'
import { type HttpAnswer, readBytes, readJson } from './http-answer.ts'
import { type HttpCall, nameOf } from './http-call.ts'
import { asRemote, type Exchange, type ExchangeOptions, openExchange } from './http-exchange.ts'
import type { Random } from './random.ts'
import { isPassing, RemoteProblem } from './remote-errors.ts'

export interface HttpClientOptions extends ExchangeOptions {
  readonly random: Random
  /** For a whole call with its retries. Default 30 s. */
  readonly deadlineMs?: number
  readonly sleep?: Sleep
}

/** Every method throws RemoteProblem for a refusal and RemoteError where no usable answer came. */
export interface HttpClient extends AsyncDisposable {
  json<S extends TSchema>(call: HttpCall, schema: S): Promise<Static<S>>
  bytes(call: HttpCall): Promise<Uint8Array>
  /** The success as it came, any status below 300. */
  send(call: HttpCall): Promise<HttpAnswer>
  close(): Promise<void>
}

/** A client of one other party. @throws RemoteError REMOTE_INSECURE */
export function openHttpClient(options: HttpClientOptions): HttpClient {
  const exchange = openExchange(options)
  const send = (call: HttpCall) => sendWithRetries(exchange, call, options)
  return {
    send,
    json: async (call, schema) => readJson(await send(call), schema, nameOf(call)),
    bytes: async (call) => readBytes(await send(call), nameOf(call)),
    close: () => exchange.close(),
    [Symbol.asyncDispose]: () => exchange.close(),
  }
}

async function sendWithRetries(
  exchange: Exchange,
  call: HttpCall,
  { random, deadlineMs = 30_000, sleep = systemSleep }: HttpClientOptions,
): Promise<HttpAnswer> {
  const deadline = AbortSignal.timeout(call.deadlineMs ?? deadlineMs)
  const signal = call.signal ? AbortSignal.any([deadline, call.signal]) : deadline
  const attempts = call.method === 'GET' || call.idempotencyKey !== undefined ? 5 : 1
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await exchange.attempt(call, deadline)
    } catch (error) {
      if (!isPassing(error) || attempt + 1 >= attempts) throw error
      const asked = error instanceof RemoteProblem ? error.retryAfterMs : 0
      await sleep(Math.max(asked, backoffMs(attempt, random)), signal).catch((cause: unknown) => {
        throw asRemote(cause, call, deadline)
      })
    }
  }
}
