import { open } from 'node:fs/promises'
import { type JsonDocument, type JsonLimits, parseJsonText } from './json-text.ts'

/** Public: listed in docs/errors.md, never renamed. */
export type JsonFileErrorCode = 'JSON_FILE_UNREADABLE'

/** The file could not be read at all; `cause` holds the system's error. */
export class JsonFileError extends Error {
  override readonly name = 'JsonFileError'
  readonly code: JsonFileErrorCode = 'JSON_FILE_UNREADABLE'
  readonly path: string

  constructor(path: string, cause: unknown) {
    super(`cannot read ${path}`, { cause })
    this.path = path
  }
}

/**
 * Reads a configuration, space, query or policy file under the rules of `parseJsonText`. Never
 * reads more than the limit, whatever the file turns out to be (a device, a growing file).
 *
 * @throws JsonFileError, or JsonError for what stands in it
 */
export async function readJsonFile(path: string, limits: JsonLimits = {}): Promise<JsonDocument> {
  return parseJsonText(await readAtMost(path, limits.maxBytes ?? 1_048_576), limits)
}

async function readAtMost(path: string, maxBytes: number): Promise<Uint8Array> {
  try {
    await using file = await open(path, 'r')
    const buffer = new Uint8Array(maxBytes + 1)
    return buffer.subarray(0, await fill(buffer, file.read.bind(file)))
  } catch (cause) {
    throw new JsonFileError(path, cause)
  }
}

type Read = (buffer: Uint8Array, offset: number, length: number) => Promise<{ bytesRead: number }>

async function fill(buffer: Uint8Array, read: Read): Promise<number> {
  let length = 0
  while (length < buffer.length) {
    const { bytesRead } = await read(buffer, length, buffer.length - length)
    if (bytesRead === 0) break
    length += bytesRead
  }
  return length
}
