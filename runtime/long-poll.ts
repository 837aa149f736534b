import type { Static, TSchema } from 'typebox'
import { backoffMs, type Sleep, systemSleep } from './backoff.ts'
import { type HttpAnswer, readJson } from './http-answer.ts'
import { type HttpCall, nameOf } from './http-call.ts'
import type { HttpClient } from './http-client.ts'
import type { Random } from './random.ts'
import { isPassing, RemoteError } from './remote-errors.ts'

export interface LongPollOptions {
  readonly signal: AbortSignal
  readonly random: Random
  readonly sleep?: Sleep
}

/**
 * Asks again and again until aborted, and yields each answer that holds something (200); 204 is
 * the other side saying that nothing came while it held the request. What passes by itself is
 * waited out, up to 10 s at a time; any other refusal is thrown. The next question is asked only
 * when the consumer of the generator asks for more, so work is never fetched ahead.
 *
 * `call.deadlineMs` must exceed the time that the other side holds a request.
 */
export async function* longPoll<S extends TSchema>(
  client: HttpClient,
  call: HttpCall,
  schema: S,
  options: LongPollOptions,
): AsyncGenerator<Static<S>, void, void> {
  let failures = 0
  while (!options.signal.aborted) {
    const answer = await askOnce(client, call, options, failures)
    failures = answer === 'failed' ? failures + 1 : 0
    if (answer !== 'failed' && answer !== 'aborted' && answer.status === 200) {
      yield readJson(answer, schema, nameOf(call))
    }
  }
}

async function askOnce(
  client: HttpClient,
  call: HttpCall,
  { signal, random, sleep = systemSleep }: LongPollOptions,
  failures: number,
): Promise<HttpAnswer | 'failed' | 'aborted'> {
  try {
    return await client.send({ ...call, signal })
  } catch (error) {
    if (signal.aborted) return 'aborted'
    if (!isPassing(error) && !isTimeout(error)) throw error
    await sleep(backoffMs(failures, random, 500), signal).catch(() => undefined)
    return 'failed'
  }
}

// A half-open connection shows as silence past the deadline.
function isTimeout(error: unknown): boolean {
  return error instanceof RemoteError && error.code === 'REMOTE_TIMEOUT'
}
