import { createHash, randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { type EmbeddedServer, startEmbeddedServer } from '#runtime/store/embedded-server'
import { checksumOf } from '#runtime/store/migrate'
import type { MigrationSet } from '#runtime/store/migration'
import { openStore } from '#runtime/store/open-store'
import type { ServerPrograms } from '#runtime/store/server-programs'
import type { TapTest } from './tap-test.ts'

/**
 * The URL of a fresh database, migrated, for one test. All test files of one run share a server,
 * which ends by itself soon after the last of them; nothing is written to disk for certain.
 */
export async function testDatabase(
  t: TapTest,
  migrations: readonly MigrationSet[] = [],
  programs?: ServerPrograms,
): Promise<string> {
  const server = await testServer(programs)
  const name = `test_${process.pid}_${randomBytes(4).toString('hex')}`
  const url = await server.inOrder(() => copyOfTemplate(server, name, migrations))
  t.teardown(async () => {
    await drop(server, name)
    await server.stop()
  })
  return url
}

/** The shared server itself, for tests about servers. Stop it when done. */
export async function testServer(programs?: ServerPrograms): Promise<EmbeddedServer> {
  const project = path.resolve(import.meta.dirname, '../..')
  const key = `${process.getuid?.()} ${project} ${programs?.postgres ?? 'embedded'}`
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 16)
  return await startEmbeddedServer({
    folder: path.join(tmpdir(), `baotu-test-${hash}`),
    random: randomBytes,
    settings: { fsync: 'off', full_page_writes: 'off' },
    stopWhenIdleMs: 4000,
    ...(programs && { programs }),
  })
}

const OWNER = 'baotu_test'

// Copying a migrated database is ten times faster than migrating another.
async function copyOfTemplate(
  server: EmbeddedServer,
  name: string,
  migrations: readonly MigrationSet[],
): Promise<string> {
  const steps = migrations.flatMap(({ owner, migrations }) => [
    owner,
    ...migrations.map(checksumOf),
  ])
  const hash = createHash('sha256').update(steps.join(' ')).digest('hex').slice(0, 16)
  const template = `template_${hash}`
  const url = await server.createDatabase({ name: template, owner: OWNER })
  await (await openStore({ url, party: 'test', migrations })).destroy()
  return await server.createDatabase({ name, owner: OWNER, template })
}

async function drop(server: EmbeddedServer, name: string): Promise<void> {
  const url = await server.createDatabase({ name: 'maintenance', owner: OWNER })
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    for (let tries = 1; !(await dropped(client, name, tries)); tries += 1) await delay(100)
  } finally {
    await client.end()
  }
}

// The server's own worker may be vacuuming it, and that one only a superuser may end (42501).
async function dropped(client: pg.Client, name: string, tries: number): Promise<boolean> {
  try {
    await client.query(`drop database if exists ${name} with (force)`)
    return true
  } catch (error) {
    if (Reflect.get(Object(error), 'code') !== '42501' || tries > 50) throw error
    return false
  }
}
