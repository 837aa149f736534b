import { type Kysely, sql } from 'kysely'
import { faultPoint } from '../fault-point.ts'
import type { MigrationSet } from './migration.ts'

/** A number of a space that only grows and outlives every restart, such as an accepted serial. */
export interface Watermark {
  /** 0 until the first write. */
  read(): Promise<number>
  /** Raises the mark; a smaller number leaves it as it is. */
  write(value: number): Promise<void>
}

export const WATERMARK_MIGRATIONS: MigrationSet = {
  owner: 'watermark',
  migrations: [
    {
      id: '0001-watermark',
      sql: `create table watermark (
        space_id text not null,
        name text not null,
        value bigint not null check (value >= 0),
        primary key (space_id, name)
      )`,
    },
  ],
}

/** The watermark of that name in a party's own database, migrated with `WATERMARK_MIGRATIONS`. */
export function openWatermark<DB>(db: Kysely<DB>, spaceId: string, name: string): Watermark {
  return {
    async read() {
      const { rows } = await sql<{ value: bigint }>`
        select value from watermark where space_id = ${spaceId} and name = ${name}`.execute(db)
      return Number(rows[0]?.value ?? 0n)
    },
    async write(value) {
      faultPoint('watermark.before-store')
      await sql`insert into watermark (space_id, name, value) values (${spaceId}, ${name}, ${value})
        on conflict (space_id, name)
        do update set value = greatest(watermark.value, excluded.value)`.execute(db)
      faultPoint('watermark.after-store')
    },
  }
}
