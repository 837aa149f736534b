export interface RoundsOptions {
  /** How long after the end of one round the next begins. */
  readonly everyMs: number
  /** The signal aborts when the rounds end: then what can be cut short should be. */
  readonly round: (signal: AbortSignal) => Promise<void>
  /** Told of a round that failed; the next one comes all the same. */
  readonly onError: (error: unknown) => void
}

/** Does something at once and again and again, never twice at a time. Disposing waits for the round. */
export function startRounds({ everyMs, round, onError }: RoundsOptions): AsyncDisposable {
  const stop = new AbortController()
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  const next = () => {
    running = round(stop.signal)
      .catch((error: unknown) => {
        if (!stop.signal.aborted) onError(error)
      })
      .then(() => {
        if (!stop.signal.aborted) timer = setTimeout(next, everyMs)
      })
  }
  next()
  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      clearTimeout(timer)
      await running
    },
  }
}
