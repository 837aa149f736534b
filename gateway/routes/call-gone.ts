import type { FastifyReply } from 'fastify'

/** Aborts when the caller hangs up, so that nothing is waited for or leased on its behalf. */
export function callGone({ raw }: Pick<FastifyReply, 'raw'>): AbortSignal {
  const gone = new AbortController()
  raw.once('close', () => gone.abort())
  return gone.signal
}
