export interface EndOfWait extends Disposable {
  /** Aborted at the end, whichever it was. */
  readonly signal: AbortSignal
  /** Whether it ended before its time. */
  isCut(): boolean
}

/**
 * The end of a wait: its time, or the first of some signals. Not AbortSignal.any over
 * AbortSignal.timeout: that holds its sources weakly, so that a timeout which nobody else holds
 * may be collected and never come.
 */
export function endOfWait(waitMs: number, signals: readonly AbortSignal[]): EndOfWait {
  const controller = new AbortController()
  const end = () => controller.abort()
  const timer = setTimeout(end, waitMs)
  for (const signal of signals) signal.addEventListener('abort', end)
  return {
    signal: controller.signal,
    isCut: () => signals.some(({ aborted }) => aborted),
    [Symbol.dispose]: () => {
      clearTimeout(timer)
      for (const signal of signals) signal.removeEventListener('abort', end)
    },
  }
}
