import { startRounds } from '#runtime/rounds'
import { exportTiles } from './export.ts'
import type { TileSource } from './tile-source.ts'

export interface PublisherOptions {
  readonly folder: string
  readonly everyMs: number
  /** Told when a round failed; the next one tries again from what is there. */
  readonly onError: (error: unknown) => void
}

/** Keeps a folder of static tiles up to date, for a web server to serve and anyone to mirror. */
export function startPublisher(
  source: TileSource,
  { folder, everyMs, onError }: PublisherOptions,
): AsyncDisposable {
  const round = async () => void (await exportTiles(source, folder))
  return startRounds({ everyMs, round, onError })
}
