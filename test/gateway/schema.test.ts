import { readFile } from 'node:fs/promises'
import t from 'tap'
import { GATEWAY_MIGRATIONS } from '#gateway/store/migrations'
import type { GatewayDatabase } from '#gateway/store/schema'
import { openStore } from '#runtime/store/open-store'
import { testDatabase } from '#test/support/database'
import { schemaSnapshot } from '#test/support/schema-snapshot'

t.test('the schema is the one that was reviewed', async (t) => {
  const url = await testDatabase(t, [GATEWAY_MIGRATIONS])
  await using db = await openStore<GatewayDatabase>({ url, party: 'test' })
  const snapshot = new URL('./gateway.schema.txt', import.meta.url)
  t.equal(await schemaSnapshot(db), await readFile(snapshot, 'utf8'))
})

t.test('every table is keyed by its space', async (t) => {
  const text = await readFile(new URL('./gateway.schema.txt', import.meta.url), 'utf8')
  const tables = text.split('\n').filter((line) => /^\S/.test(line))
  const keys = text.match(/PRIMARY KEY \(space_id, /g)
  t.equal(keys?.length, tables.length)
})
