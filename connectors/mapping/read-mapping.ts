import { type Digest, digestOf } from '#crypto/digest'
import { checkConfig } from '#runtime/config'
import { readJsonFile } from '#runtime/json-file'
import type { JsonDocument } from '#runtime/json-text'
import { MappingError } from './errors.ts'
import {
  type FileEntry,
  type FilesMapping,
  FilesMappingSchema,
  type PostgresqlMapping,
  PostgresqlMappingSchema,
} from './mapping-schema.ts'

/** A holder's own description of how its data becomes the fields of one part of a product. */
export type Mapping = FilesMapping | PostgresqlMapping

/** Throws ConfigError, JsonFileError, JsonError, or `MAPPING_INVALID`. */
export async function loadMapping(path: string): Promise<Mapping> {
  return readMapping(await readJsonFile(path), path)
}

/** The same for a document that was read before; `path` only serves messages. */
export function readMapping(document: JsonDocument, path: string): Mapping {
  const kind: unknown = Object(Object(document.value).source).kind
  if (kind === 'postgresql') {
    return checkConfig(document, PostgresqlMappingSchema, path)
  }
  return checkedFiles(checkConfig(document, FilesMappingSchema, path))
}

/**
 * What a mapping means, without where the data lies or how fast it is read: two holders with the
 * same rules over the same data have the same version.
 */
export function mappingDigest({ part, source, unit, fields }: Mapping): Digest {
  const meaning = { part, source: meaningOf(source), unit, fields } as Parameters<
    typeof digestOf
  >[1]
  return digestOf('baotu/mapping@1', meaning)
}

function meaningOf(source: Mapping['source']): unknown {
  if (source.kind === 'postgresql') {
    const { database: _database, ...rest } = source
    return rest
  }
  const { engine: _engine, files, ...rest } = source
  return { ...rest, files: files.map(({ path: _path, glob: _glob, ...entry }) => entry) }
}

function checkedFiles(mapping: FilesMapping): FilesMapping {
  mapping.source.files.forEach(checkEntry)
  return mapping
}

function checkEntry(entry: FileEntry, index: number): void {
  const { path, glob, format, encoding, delimiter, quote, header } = entry
  const place = `source.files[${index}]`
  if ((path === undefined) === (glob === undefined)) refuse(`${place}: one of \`path\`, \`glob\``)
  const isCsv = format === 'csv'
  const csvOption = delimiter ?? quote ?? header
  if (!isCsv && csvOption !== undefined) refuse(`${place}: CSV options on a ${format} file`)
  if (format === 'parquet' && encoding !== undefined) refuse(`${place}: Parquet has no encoding`)
  const marks = `${delimiter ?? ','}${quote ?? '"'}`
  if (marks[0] === marks[1]) refuse(`${place}: \`delimiter\` and \`quote\` are the same`)
}

function refuse(text: string): never {
  throw new MappingError('MAPPING_INVALID', text)
}
