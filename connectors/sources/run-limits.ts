import { SourceError } from './errors.ts'
import type { RunLimits } from './source.ts'

/**
 * Runs `work` until it ends, the deadline passes or the signal fires; in the latter two cases calls
 * `stop`, which must make `work` end, and refuses with `SOURCE_DEADLINE` or `SOURCE_ABORTED`.
 */
export async function within<T>(
  limits: RunLimits,
  stop: () => void,
  work: () => Promise<T>,
): Promise<T> {
  const { deadlineMs, signal } = limits
  using stack = new DisposableStack()
  const { promise, reject } = Promise.withResolvers<never>()
  const end = (code: 'SOURCE_DEADLINE' | 'SOURCE_ABORTED', message: string) => {
    reject(new SourceError(code, message))
    stop()
  }
  const late = () => end('SOURCE_DEADLINE', `no answer within ${deadlineMs} ms`)
  const aborted = () => end('SOURCE_ABORTED', 'the run was aborted')
  if (signal?.aborted) throw new SourceError('SOURCE_ABORTED', 'the run was aborted')
  const timer = setTimeout(late, deadlineMs)
  stack.defer(() => clearTimeout(timer))
  signal?.addEventListener('abort', aborted, { once: true })
  stack.defer(() => signal?.removeEventListener('abort', aborted))
  return await Promise.race([work(), promise])
}
