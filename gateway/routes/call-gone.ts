import type { FastifyReply } from 'fastify'

/**
 * Aborts when the caller hangs up or the server closes, so that nothing is waited for or leased on
 * behalf of somebody who is not there any more.
 */
export function callGone({ raw }: Pick<FastifyReply, 'raw'>, closing: AbortSignal): AbortSignal {
  const gone = new AbortController()
  const end = () => {
    closing.removeEventListener('abort', end)
    gone.abort()
  }
  raw.once('close', end)
  closing.addEventListener('abort', end)
  if (closing.aborted) end()
  return gone.signal
}
