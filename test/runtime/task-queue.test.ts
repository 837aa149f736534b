import t from 'tap'
import { taskQueueContract } from '#test/contract/task-queue'
import { testDatabase } from '#test/support/database'
import { systemPostgres } from '#test/support/system-postgres'

t.test('the embedded server', async (t) => taskQueueContract(t, await testDatabase(t)))

const programs = systemPostgres()
const skip = programs ? false : 'no PostgreSQL 15 or later of a distribution on this machine'
t.test('the PostgreSQL of the distribution', { skip }, async (t) =>
  taskQueueContract(t, await testDatabase(t, [], programs)),
)
