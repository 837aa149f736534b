import pg from 'pg'
import t from 'tap'
import { databaseName } from '#cli/space/database-name'
import { databasesBy } from '#cli/space/databases'
import { testServer } from '#test/support/database'

const HOLDER = `did:web:tax.a${process.pid}.example`

async function query(url: string, text: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

t.test('a name tells whose database it is, and never that of two', async (t) => {
  const names = ['did:web:tax.a.example', 'did:web:tax-a.example', 'did:web:tax.a:example']
  t.equal(new Set(names.map((did) => databaseName(did))).size, 3)
  for (const did of [...names, `did:web:${'x'.repeat(250)}.example`]) {
    t.match(databaseName(did, '_reader'), /^[a-z][a-z0-9_]{0,49}$/)
  }
})

t.test('a connector’s role reads its holder’s rows and can do nothing else', async (t) => {
  await using server = await testServer()
  const make = (name: string) => server.createDatabase({ name, owner: name })
  await using databases = databasesBy(make, async () => undefined)
  const { owner, reader } = await databases.rowsFor(HOLDER)
  await query(owner, 'create table firms (id int); insert into firms values (7)')
  t.same(await query(reader, 'select id from firms'), [{ id: 7 }], 'also tables made later')
  const denied = { code: '42501' }
  await t.rejects(query(reader, 'insert into firms values (8)'), denied)
  await t.rejects(query(reader, 'delete from firms'), denied)
  await t.rejects(query(reader, 'create table mine (id int)'), denied)
  await t.rejects(query(reader, 'create role more'), denied)
  const other = await databases.urlFor('did:web:other.example')
  const foreign = new URL(reader)
  foreign.pathname = new URL(other).pathname
  await t.rejects(query(foreign.href, 'select 1'), denied, 'no other party’s database')
  t.same(await databases.rowsFor(HOLDER), { owner, reader }, 'the same at every call')
})
