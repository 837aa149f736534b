import { readFile } from 'node:fs/promises'
import t from 'tap'
import { EVIDENCE_MIGRATIONS } from '#evidence/migrations'
import { openStore } from '#runtime/store/open-store'
import { testDatabase } from '../support/database.ts'
import { schemaSnapshot } from '../support/schema-snapshot.ts'

t.test('the tables are those of the snapshot', async (t) => {
  const url = await testDatabase(t, [EVIDENCE_MIGRATIONS])
  await using db = await openStore({ url, party: 'test' })
  const snapshot = new URL('./evidence.schema.txt', import.meta.url)
  t.equal(await schemaSnapshot(db), await readFile(snapshot, 'utf8'))
})
