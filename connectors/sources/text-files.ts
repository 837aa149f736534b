import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { TextDecoder } from 'node:util'
import { SourceError } from './errors.ts'
import type { HeldFile } from './held-files.ts'

const CHUNK = 1 << 20

/**
 * The path of a UTF-8 form of a text file: the file itself where it already is UTF-8, else a copy
 * of mode 0600 in `folder`, which the caller removes. Every byte is decoded strictly: one wrong
 * byte refuses with `SOURCE_ENCODING`.
 */
export async function asUtf8(file: HeldFile, folder: string): Promise<string> {
  const encoding = file.entry.encoding ?? 'utf-8'
  const decoder = decoderFor(encoding, file.name)
  if (decoder.encoding === 'utf-8') {
    for await (const _ of decoded(file, decoder));
    return file.path
  }
  const copy = join(folder, `${file.index}-${Buffer.from(file.name).toString('hex').slice(-64)}`)
  await using target = await open(copy, 'wx', 0o600)
  for await (const text of decoded(file, decoder)) await target.writeFile(text)
  return copy
}

/** Names of a CSV file's columns by its first record; `column0`, … where it has no header. */
export async function csvColumns(path: string, { entry, name }: HeldFile): Promise<string[]> {
  await using file = await open(path, 'r')
  const { buffer, bytesRead } = await file.read(new Uint8Array(CHUNK), 0, CHUNK, 0)
  const start = new TextDecoder().decode(buffer.subarray(0, bytesRead))
  const first = firstRecord(start, entry.delimiter ?? ',', entry.quote ?? '"')
  if (first === undefined && bytesRead === CHUNK) {
    throw new SourceError('SOURCE_UNREADABLE', `the first record of ${name} does not end`)
  }
  const cells = first ?? []
  return (entry.header ?? true) ? cells : cells.map((_, index) => `column${index}`)
}

/** RFC 4180 with a chosen delimiter and quote; undefined where the text ends inside the record. */
export function firstRecord(text: string, delimiter: string, quote: string): string[] | undefined {
  const cells: string[] = []
  let cell = ''
  let isQuoted = false
  for (let at = 0; at < text.length; at += 1) {
    const mark = text[at]
    if (isQuoted && mark === quote && text[at + 1] === quote) {
      cell += quote
      at += 1
    } else if (mark === quote && (isQuoted || cell === '')) isQuoted = !isQuoted
    else if (isQuoted) cell += mark
    else if (mark === delimiter) {
      cells.push(cell)
      cell = ''
    } else if (mark === '\n' || mark === '\r') return [...cells, cell]
    else cell += mark
  }
  return isQuoted ? undefined : [...cells, cell]
}

function decoderFor(encoding: string, name: string): TextDecoder {
  try {
    return new TextDecoder(encoding, { fatal: true })
  } catch {
    throw new SourceError('SOURCE_ENCODING', `no encoding \`${encoding}\` for ${name}`)
  }
}

async function* decoded({ path, name, entry }: HeldFile, decoder: TextDecoder) {
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK })) {
      yield decoder.decode(chunk, { stream: true })
    }
    yield decoder.decode()
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new SourceError('SOURCE_ENCODING', `${name} is not ${entry.encoding ?? 'utf-8'}`)
  }
}
