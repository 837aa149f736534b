import pg from 'pg'
import { testDatabase, testServer } from '#test/support/database'
import type { TapTest } from '#test/support/tap-test'
import { secretFile } from './opening.ts'

const READER = 'baotu_test_reader'

/** A database of one's own, and a role that may read what it is granted and nothing else. */
export async function databaseWithReader(t: TapTest, folder: string) {
  const ownerUrl = await testDatabase(t)
  const server = await testServer()
  const readerUrl = new URL(await server.createDatabase({ name: 'reader_home', owner: READER }))
  readerUrl.pathname = new URL(ownerUrl).pathname
  const owner = new pg.Client({ connectionString: ownerUrl })
  await owner.connect()
  t.teardown(async () => {
    await owner.end()
    await server.stop()
  })
  await owner.query(`GRANT CONNECT ON DATABASE ${readerUrl.pathname.slice(1)} TO ${READER}`)
  const grant = async (relation: string, privileges = 'SELECT') => {
    await owner.query(`GRANT ${privileges} ON ${relation} TO ${READER}`)
  }
  return { owner, grant, readerUrl: await secretFile(folder, readerUrl.href), reader: READER }
}
