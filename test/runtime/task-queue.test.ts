import { readFile } from 'node:fs/promises'
import t from 'tap'
import { openStore } from '#runtime/store/open-store'
import { TASK_LEASES } from '#runtime/store/task-lease'
import { taskQueueContract } from '#test/contract/task-queue'
import { testDatabase } from '#test/support/database'
import { schemaSnapshot } from '#test/support/schema-snapshot'
import { systemPostgres } from '#test/support/system-postgres'

t.test('the embedded server', async (t) => taskQueueContract(t, await testDatabase(t)))

const programs = systemPostgres()
const skip = programs ? false : 'no PostgreSQL 15 or later of a distribution on this machine'
t.test('the PostgreSQL of the distribution', { skip }, async (t) =>
  taskQueueContract(t, await testDatabase(t, [], programs)),
)

t.test('the tables are those of the snapshot', async (t) => {
  const url = await testDatabase(t, [TASK_LEASES])
  await using db = await openStore({ url, party: 'test' })
  const snapshot = new URL('./task-queue.schema.txt', import.meta.url)
  t.equal(await schemaSnapshot(db), await readFile(snapshot, 'utf8'))
})
