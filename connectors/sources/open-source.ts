import { tmpdir } from 'node:os'
import { dirname } from 'node:path'
import { bindMapping } from '#connectors/mapping/bind-mapping'
import type { Mapping } from '#connectors/mapping/read-mapping'
import type { Product } from '#protocol/messages/product'
import type { Clock } from '#runtime/clock'
import { readSecret, secretText } from '#runtime/secret-source'
import { DuckdbSource } from './duckdb.ts'
import { PostgresqlSource } from './postgresql.ts'
import type { Source } from './source.ts'

export interface OpenOptions {
  readonly mapping: Mapping
  readonly product: Product
  /** Where the mapping was read from; its relative paths start in that folder. */
  readonly mappingPath: string
  readonly clock: Clock
  /** Private copies of files in other encodings lie here for as long as they are needed. */
  readonly temporaryFolder?: string
}

/**
 * The source behind a mapping, fitted to the product but with no data read yet: call `check`.
 *
 * @throws MappingError, SecretSourceError
 */
export async function openSource(options: OpenOptions): Promise<Source> {
  const { mapping, product, clock, mappingPath, temporaryFolder = tmpdir() } = options
  const bound = bindMapping(mapping, product)
  const { source } = mapping
  const folder = dirname(mappingPath)
  if (source.kind === 'files') {
    return new DuckdbSource({ bound, source, folder, temporaryFolder, clock })
  }
  using url = await readSecret(source.database.url, folder)
  return new PostgresqlSource({ bound, source, url: secretText(url) })
}
