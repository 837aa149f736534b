import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'

/** The files of an exported log, read once each, so that what was never looked at can be named. */
export class TileFolder {
  readonly #folder: string
  readonly #unread: Set<string>

  constructor(folder: string) {
    this.#folder = folder
    this.#unread = new Set(listFiles(folder))
  }

  /** Undefined when there is no such file. */
  read(file: string): Uint8Array | undefined {
    const whole = path.join(this.#folder, file)
    this.#unread.delete(file)
    return statSync(whole, { throwIfNoEntry: false })?.isFile() ? readFileSync(whole) : undefined
  }

  has(file: string): boolean {
    return existsSync(path.join(this.#folder, file))
  }

  /** As text; empty when there is no such file. */
  text(file: string): string {
    return Buffer.from(this.read(file) ?? new Uint8Array(0)).toString('utf8')
  }

  /** Files that nothing has read so far, in order. */
  unread(): string[] {
    return [...this.#unread].sort()
  }
}

/** Every file below `folder`, with forward slashes, relative to it. */
export function listFiles(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => !file.isDirectory())
    .map((file) => path.relative(folder, path.join(file.parentPath, file.name)))
    .map((file) => file.split(path.sep).join('/'))
}
