import { tmpdir } from 'node:os'
import { dirname } from 'node:path'
import { bindMapping } from '#connectors/mapping/bind-mapping'
import { MappingError } from '#connectors/mapping/errors'
import type { Mapping } from '#connectors/mapping/read-mapping'
import type { Product } from '#protocol/messages/product'
import type { Clock } from '#runtime/clock'
import { DuckdbSource } from './duckdb.ts'
import { PostgresqlSource } from './postgresql.ts'
import type { Source } from './source.ts'

export interface OpenOptions {
  readonly mapping: Mapping
  readonly product: Product
  /** Where the mapping was read from; its relative paths start in that folder. */
  readonly mappingPath: string
  readonly clock: Clock
  /** The connection URL that the connector's configuration holds under a `urlSecret`. */
  readonly urlOf?: (name: string) => string
  /** Private copies of files in other encodings lie here for as long as they are needed. */
  readonly temporaryFolder?: string
}

/**
 * The source behind a mapping, fitted to the product but with no data read yet: call `check`.
 * Throws `MAPPING_REFUSED` or `MAPPING_INVALID`.
 */
export function openSource(options: OpenOptions): Source {
  const { mapping, product, clock, mappingPath, temporaryFolder = tmpdir() } = options
  const bound = bindMapping(mapping, product)
  const { source } = mapping
  if (source.kind === 'files') {
    return new DuckdbSource({ bound, source, folder: dirname(mappingPath), temporaryFolder, clock })
  }
  const url = source.url ?? options.urlOf?.(source.urlSecret ?? '')
  if (url === undefined) {
    throw new MappingError('MAPPING_INVALID', 'source.urlSecret: no such secret is configured')
  }
  return new PostgresqlSource({ bound, source, url })
}
