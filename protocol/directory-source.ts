import { type Anchor, type Directory, openDirectory } from './directory.ts'
import { ProtocolError } from './errors.ts'
import type { VerifyJws } from './signed.ts'

/** The directory that a party works by. */
export interface DirectorySource {
  /** The directory in force: fetched when there is none, when it nears its end, and now and then. */
  current(): Promise<Directory>
  /** Fetches at once: for a party that was shown a key or a transcript which it does not know. */
  refresh(): Promise<Directory>
}

/** Where a directory comes from and what a party remembers of it. */
export interface DirectorySourceOptions {
  /** The authority's signed directory as it is served; nothing about it is believed. */
  readonly fetch: () => Promise<string>
  readonly verify: VerifyJws
  readonly anchor: Anchor
  readonly clock: { readonly now: () => number }
  /**
   * The serial last accepted, in the party's own durable store; 0 at the very beginning. Written
   * before a directory is used, so that no restart lets an older one in again.
   */
  readonly oldest: {
    readonly read: () => Promise<number>
    readonly write: (serial: number) => Promise<void>
  }
  /** How long a directory is used unasked, in ms; default 30 s. Bounds how late a suspension acts. */
  readonly maxAgeMs?: number
}

interface Held {
  readonly directory: Directory
  readonly askAgainAt: number
}

/**
 * A directory source. Concurrent callers share one fetch. When the authority does not answer, the
 * directory held stays in force until its own `validUntil`, and not one millisecond longer.
 */
export function createDirectorySource(options: DirectorySourceOptions): DirectorySource {
  const { clock } = options
  let held: Held | undefined
  let pending: Promise<Directory> | undefined

  const fetchOnce = (): Promise<Directory> => {
    pending ??= renew(options, held?.directory)
      .then((directory) => {
        held = { directory, askAgainAt: askAgainAt(directory, options) }
        return directory
      })
      .finally(() => {
        pending = undefined
      })
    return pending
  }

  return {
    refresh: fetchOnce,
    current: async () => {
      if (held !== undefined && clock.now() < held.askAgainAt) return held.directory
      return fetchOnce().catch((cause) => {
        if (held !== undefined && clock.now() < held.directory.validUntil) return held.directory
        throw cause
      })
    },
  }
}

async function renew(
  { fetch, verify, anchor, clock, oldest }: DirectorySourceOptions,
  known: Directory | undefined,
): Promise<Directory> {
  const stored = await oldest.read()
  const jws = await fetch()
  const directory = await openDirectory(verify, jws, anchor, { now: clock.now(), oldest: stored })
  if (directory.digest === known?.digest) return known
  if (directory.serial === known?.serial) {
    throw new ProtocolError('DIRECTORY_REFUSED', `two directories carry serial ${known.serial}`)
  }
  if (directory.serial > stored) await oldest.write(directory.serial)
  return directory
}

// A tenth of the remaining time before the end, so that a slow authority is asked in time.
function askAgainAt({ validUntil }: Directory, { clock, maxAgeMs }: DirectorySourceOptions) {
  const now = clock.now()
  return Math.min(now + (maxAgeMs ?? 30_000), validUntil - Math.ceil((validUntil - now) / 10))
}
