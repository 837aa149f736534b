import { exportTiles } from './export.ts'
import type { TileSource } from './tile-source.ts'

export interface PublisherOptions {
  readonly folder: string
  readonly everyMs: number
  /** Told when a round failed; the next one tries again from what is there. */
  readonly onError: (error: unknown) => void
}

/** Keeps a folder of static tiles up to date, for a web server to serve and anyone to mirror. */
export function startPublisher(source: TileSource, options: PublisherOptions): AsyncDisposable {
  const { folder, everyMs, onError } = options
  let round: Promise<unknown> | undefined
  const publish = () => {
    round ??= exportTiles(source, folder)
      .catch(onError)
      .finally(() => {
        round = undefined
      })
  }
  const timer = setInterval(publish, everyMs).unref()
  return {
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer)
      await round
    },
  }
}
