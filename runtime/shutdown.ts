import closeWithGrace from 'close-with-grace'
import type { Log } from './log.ts'

export interface ShutdownOptions {
  readonly log: Log
  /** Closed in the reverse of the order in which things were put in. */
  readonly owned: AsyncDisposableStack
  /** How long closing may take before the process ends anyway. Default 10 s. */
  readonly graceMs?: number
}

/**
 * Ends this process in good order on a signal, an uncaught error, or when asked to by what this
 * gives back: what it owns is closed, then it exits with 0, or with 1 after an error, a second
 * signal, or when closing took too long.
 */
export function shutDownInOrder({ log, owned, graceMs = 10_000 }: ShutdownOptions): () => void {
  const settings = {
    delay: graceMs,
    logger: false as const,
    onSecondSignal: () => log.error('second signal, ending at once'),
    onSecondError: (err: unknown) => log.fatal({ err }, 'error while closing'),
    onTimeout: () => log.error('closing took too long'),
  }
  const { close } = closeWithGrace(settings, async ({ err }) => {
    if (err) log.fatal({ err }, 'uncaught error')
    log.info('closing')
    await owned.disposeAsync().catch((failure: unknown) => {
      log.error({ err: failure }, 'closing failed')
      throw failure
    })
  })
  return close
}
