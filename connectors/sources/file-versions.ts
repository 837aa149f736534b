import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { type Digest, digestOf } from '#crypto/digest'
import type { Clock } from '#runtime/clock'
import { SourceError } from './errors.ts'
import type { HeldFile } from './held-files.ts'

interface Known {
  readonly state: string
  readonly digest: string
}

/** A change within this time of another may leave the same time stamp behind. */
const SETTLED_MS = 2000

/**
 * Versions of file sets: SHA-256 over the mapping's meaning and every file's bytes. Names and order
 * do not count, the mapping entry that reads a file does. A file is read again only after its
 * inode, size or one of its times changed, or while it is too young for its times to be trusted.
 */
export class FileVersions {
  readonly #clock: Clock
  readonly #known = new Map<string, Known>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Throws `SOURCE_CHANGED` where a file is gone. */
  async of(mapping: Digest, files: readonly HeldFile[]): Promise<Digest> {
    const entries: [number, string][] = []
    for (const file of files) entries.push([file.index, await this.#digest(file)])
    entries.sort(([i, a], [j, b]) => i - j || (a < b ? -1 : 1))
    return digestOf('baotu/source-version@1', { mapping, files: entries })
  }

  async #digest({ path, name }: HeldFile): Promise<string> {
    try {
      const { state, changedMs } = await stateOf(path)
      const known = this.#known.get(path)
      if (known?.state === state) return known.digest
      const digest = await hashOf(path)
      const isSettled = this.#clock.now() - changedMs > SETTLED_MS
      if (isSettled) this.#known.set(path, { state, digest })
      return digest
    } catch {
      throw new SourceError('SOURCE_CHANGED', `${name} can no longer be read`)
    }
  }
}

async function stateOf(path: string): Promise<{ state: string; changedMs: number }> {
  const { dev, ino, size, mtimeNs, ctimeNs, ctimeMs } = await stat(path, { bigint: true })
  return { state: [dev, ino, size, mtimeNs, ctimeNs].join(':'), changedMs: Number(ctimeMs) }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash)
  return hash.digest('hex')
}
