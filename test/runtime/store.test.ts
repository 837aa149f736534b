import t from 'tap'
import { storeContract } from '#test/contract/store'
import { testDatabase } from '#test/support/database'
import { systemPostgres } from '#test/support/system-postgres'

t.test('the embedded server', async (t) => storeContract(t, (t) => testDatabase(t)))

const programs = systemPostgres()
const skip = programs ? false : 'no PostgreSQL 15 or later of a distribution on this machine'
t.test('the PostgreSQL of the distribution', { skip }, async (t) =>
  storeContract(t, (t) => testDatabase(t, [], programs)),
)
