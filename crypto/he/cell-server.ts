import { parentPort, type Transferable, workerData } from 'node:worker_threads'
import { CryptoError } from '../errors.ts'
import type { CellJobs, CellReply, CellRequest, CellStart } from './cell-protocol.ts'

/** One function per job. It owns what it is given; typed arrays it returns move to the host. */
export type CellHandlers<Jobs extends CellJobs> = {
  readonly [Job in keyof Jobs]: (body: Jobs[Job]['request']) => Jobs[Job]['response']
}

/**
 * The worker's side of `openCell`: builds the handlers, says ready, answers jobs one by one. Only
 * the code of a failure leaves the cell. Call it once, at the top of the entry file.
 */
export async function serveCell<Jobs extends CellJobs>(
  start: (options: CellStart) => Promise<CellHandlers<Jobs>>,
): Promise<void> {
  try {
    const handlers = await start(workerData as CellStart)
    parentPort?.on('message', (request: CellRequest) => reply(answer(handlers, request)))
    reply({ body: null })
  } catch (cause) {
    reply(refusal(cause))
  }
}

function answer<Jobs extends CellJobs>(
  handlers: CellHandlers<Jobs>,
  { job, body }: CellRequest,
): CellReply {
  try {
    const handler = Object.hasOwn(handlers, job) ? handlers[job] : undefined
    if (handler === undefined) throw new CryptoError('HE_ENGINE', 'no such job')
    return { body: handler(body) }
  } catch (cause) {
    return refusal(cause)
  }
}

function refusal(cause: unknown): CellReply {
  return { code: cause instanceof CryptoError ? cause.code : 'HE_ENGINE' }
}

function reply(message: CellReply): void {
  parentPort?.postMessage(message, 'body' in message ? buffersOf(message.body) : [])
}

/** Buffers that a view fills alone: moved instead of copied. */
function buffersOf(body: unknown): readonly Transferable[] {
  if (Array.isArray(body)) return body.flatMap(buffersOf)
  if (!ArrayBuffer.isView(body) || !(body.buffer instanceof ArrayBuffer)) return []
  return body.byteLength === body.buffer.byteLength ? [body.buffer] : []
}
