import { type Kysely, sql } from 'kysely'
import type { GatewayDatabase } from './schema.ts'

/** The directory serial that this gateway, all its replicas together, accepted last. */
export function directorySerial(db: Kysely<GatewayDatabase>, spaceId: string) {
  return {
    /** 0 before the first directory. */
    read: async (): Promise<number> => {
      const row = await db
        .selectFrom('directory_serial')
        .select('serial')
        .where('space_id', '=', spaceId)
        .executeTakeFirst()
      return row?.serial ?? 0
    },
    /** Never lowers it, whichever replica writes last. */
    write: async (serial: number): Promise<void> => {
      await db
        .insertInto('directory_serial')
        .values({ space_id: spaceId, serial })
        .onConflict((conflict) =>
          conflict.column('space_id').doUpdateSet({
            serial: sql`greatest(directory_serial.serial, excluded.serial)`,
          }),
        )
        .execute()
    },
  }
}
