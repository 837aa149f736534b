import { type QueryExecutorProvider, sql } from 'kysely'
import { firstRow } from './log-database.ts'

/** A ciphertext that a released sum was made of, as the relaying party still stores it. */
export interface StoredInput {
  readonly digest: string
  /** Its size in bytes. */
  readonly length: number
}

/** What the view `evidence_input` of a relaying party's database offers, in order of digest. */
export async function storedInputs(
  on: QueryExecutorProvider,
  space: string,
): Promise<StoredInput[]> {
  const { rows } = await sql<StoredInput>`select digest, length(bytes) as length
    from evidence_input where space_id = ${space} order by digest`.execute(on)
  return rows
}

/** Reads them one after the other; one that was scrubbed meanwhile is left out. */
export async function* readInputs(
  on: QueryExecutorProvider,
  space: string,
  inputs: readonly StoredInput[],
): AsyncGenerator<readonly [string, Uint8Array]> {
  for (const { digest } of inputs) {
    const row = await firstRow(
      on,
      sql<{ bytes: Uint8Array }>`select bytes from evidence_input
        where space_id = ${space} and digest = ${digest}`,
    )
    if (row !== undefined) yield [digest, row.bytes]
  }
}
