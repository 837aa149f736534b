import { sql } from 'kysely'
import { firstRow, type LogDatabase } from './log-database.ts'
import type { WitnessStore } from './witness.ts'

/** A witness's memory in its party's own database. */
export function witnessStore({ reader }: LogDatabase, spaceId: string): WitnessStore {
  return {
    latest: async (origin) => {
      const row = await firstRow(
        reader,
        sql<{ note: string }>`select note from evidence_witnessed
          where space_id = ${spaceId} and origin = ${origin}`,
      )
      return row?.note
    },
    // One statement, so that two submissions at once cannot both continue the same size.
    advance: async (origin, from, to, note) => {
      const statement =
        from === 0
          ? sql<{ size: unknown }>`insert into evidence_witnessed (space_id, origin, size, note)
              values (${spaceId}, ${origin}, ${to}, ${note})
              on conflict (space_id, origin) do update set size = excluded.size, note = excluded.note
              where evidence_witnessed.size = 0 returning size`
          : sql<{ size: unknown }>`update evidence_witnessed set size = ${to}, note = ${note}
              where space_id = ${spaceId} and origin = ${origin} and size = ${from} returning size`
      return (await firstRow(reader, statement)) !== undefined
    },
  }
}
