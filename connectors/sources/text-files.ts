import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { TextDecoder } from 'node:util'
import { CsvRecords, cellsOf } from './csv-records.ts'
import { SourceError } from './errors.ts'
import type { HeldFile } from './held-files.ts'

/** A held file in a form that the engine reads, with what is known of it before. */
export interface ReadableFile {
  readonly file: HeldFile
  /** The file itself, or a copy. */
  readonly path: string
  /** CSV: the names of its columns, and how many records follow the header. */
  readonly csv?: { readonly columns: readonly string[]; readonly records: number }
}

const CHUNK = 1 << 20
const MARK = Buffer.from('\ufeff')
const MAX_HEADER = 1 << 20

/**
 * Prepares a file for the engine. Text is decoded strictly: one wrong byte refuses with
 * `SOURCE_ENCODING`. What is not UTF-8, or ends its records irregularly, is copied into `folder`
 * with mode 0600, which the caller removes.
 */
export async function readableFile(file: HeldFile, folder: string): Promise<ReadableFile> {
  const { format, encoding } = file.entry
  if (format === 'parquet') return { file, path: file.path }
  const isUtf8 = decoderFor(file).encoding === 'utf-8'
  const copy = join(folder, `${encoding ?? 'utf-8'}-${file.index}-${hexOf(file.name)}`)
  if (format === 'csv') return await readableCsv(file, isUtf8, copy)
  const isPlain = isUtf8 && !(await hasMark(file.path))
  if (!isPlain) await write(copy, decoded(file))
  else for await (const _ of decoded(file));
  return { file, path: isPlain ? file.path : copy }
}

// The engine reads no JSON behind a byte order mark; the decoder leaves it out.
async function hasMark(path: string): Promise<boolean> {
  await using file = await open(path)
  const { buffer } = await file.read(Buffer.alloc(3), 0, 3, 0)
  return buffer.equals(MARK)
}

async function readableCsv(file: HeldFile, isUtf8: boolean, copy: string): Promise<ReadableFile> {
  const { delimiter = ',', quote = '"', header = true } = file.entry
  const records = new CsvRecords(delimiter, quote)
  for await (const text of decoded(file)) {
    records.read(text)
    if (records.first.length > MAX_HEADER) {
      throw new SourceError('SOURCE_UNREADABLE', `the first record of ${file.name} does not end`)
    }
  }
  records.end()
  const cells = cellsOf(records.first, delimiter, quote)
  const columns = header ? cells : cells.map((_, index) => `column${index}`)
  const csv = { columns, records: records.count(cells.length) - (header ? 1 : 0) }
  if (isUtf8 && !records.isIrregular) return { file, path: file.path, csv }
  const heading = header ? `${columns.map((_, index) => `c${index}`).join(delimiter)}` : undefined
  await write(copy, regular(file, heading, records.first))
  return { file, path: copy, csv }
}

// Every record ends with a line feed, and the header needs no quotes.
async function* regular(file: HeldFile, heading: string | undefined, first: string) {
  const { delimiter = ',', quote = '"' } = file.entry
  const records = new CsvRecords(delimiter, quote)
  let skip = heading === undefined ? 0 : first.length
  if (heading !== undefined) yield heading
  for await (const text of decoded(file)) {
    const body = records.read(text)
    yield body.slice(skip)
    skip = Math.max(0, skip - body.length)
  }
}

async function write(path: string, texts: AsyncIterable<string>): Promise<void> {
  await using target = await open(path, 'wx', 0o600)
  for await (const text of texts) await target.writeFile(text)
}

function decoderFor({
  name,
  entry: { encoding = 'utf-8' },
}: HeldFile): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(encoding, { fatal: true })
  } catch {
    throw new SourceError('SOURCE_ENCODING', `no encoding \`${encoding}\` for ${name}`)
  }
}

async function* decoded(file: HeldFile): AsyncGenerator<string> {
  const decoder = decoderFor(file)
  try {
    for await (const chunk of createReadStream(file.path, { highWaterMark: CHUNK })) {
      yield decoder.decode(chunk, { stream: true })
    }
    yield decoder.decode()
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    const { encoding = 'utf-8' } = file.entry
    const advice = 'say the `encoding` of the file in the mapping, such as `gbk`'
    throw new SourceError('SOURCE_ENCODING', `${file.name} is not ${encoding}: ${advice}`)
  }
}

function hexOf(name: string): string {
  return Buffer.from(name).toString('hex').slice(-64)
}
