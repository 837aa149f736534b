import type { TinySpace } from './tiny-space.ts'

/** Every value of every table in a party's own database, one after the other. */
export async function dumpTables({ select }: TinySpace, did: string): Promise<Buffer> {
  const tables = await select<{ name: string }>(
    did,
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
     where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`,
  )
  const parts: Buffer[] = []
  for (const { name } of tables) {
    const rows = await select<Record<string, unknown>>(did, `select * from ${name}`)
    for (const row of rows) for (const value of Object.values(row)) parts.push(bytesOf(value), LINE)
  }
  return Buffer.concat(parts)
}

const LINE = Buffer.from('\n')

function bytesOf(value: unknown): Buffer {
  if (Buffer.isBuffer(value)) return value
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
}
