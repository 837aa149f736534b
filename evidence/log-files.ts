import type { EvidenceFiles } from './evidence-files.ts'

/** The files of one log within a folder of evidence, by the names that C2SP gives them. */
export class LogFiles {
  readonly #files: EvidenceFiles
  readonly #prefix: string

  /** `place` is the log's folder; empty when the whole folder is the log's. */
  constructor(files: EvidenceFiles, place = '') {
    this.#files = files
    this.#prefix = place === '' ? '' : `${place}/`
  }

  /** Undefined when there is no such plain file. */
  read(file: string): Uint8Array | undefined {
    return this.#files.read(this.#prefix + file)
  }

  /** As text; empty when there is no such file. */
  text(file: string): string {
    return this.#files.text(this.#prefix + file)
  }

  has(file: string): boolean {
    return this.#files.has(this.#prefix + file)
  }

  /** Files of this log below a folder of it, in order. */
  list(below: string): string[] {
    return this.#files.list(this.#prefix + below).map((file) => file.slice(this.#prefix.length))
  }

  /** Files of this log that nothing has read so far, in order. */
  unread(): string[] {
    return this.#files
      .unread()
      .filter((file) => file.startsWith(this.#prefix))
      .map((file) => file.slice(this.#prefix.length))
  }
}
