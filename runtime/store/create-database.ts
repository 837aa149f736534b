import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'
import type { Random } from '../random.ts'
import { EmbeddedError } from './embedded-error.ts'
import { privateText } from './private-text.ts'
import type { ServerHome } from './server-home.ts'

export interface DatabaseRequest {
  /** Lower-case letters, digits and underscores, at most 50; the role that owns it likewise. */
  readonly name: string
  readonly owner: string
  /** A database to copy, which nobody may be connected to. */
  readonly template?: string
}

interface Administration {
  readonly home: ServerHome
  readonly port: number
  readonly adminUrl: string
  readonly random: Random
}

/**
 * Makes a database and its owner if they are not there; nobody else may connect to it. The owner's
 * password is drawn once and kept in a file that only we may read.
 *
 * @throws EmbeddedError EMBEDDED_BAD_NAME
 */
export async function createDatabase(
  { home, port, adminUrl, random }: Administration,
  { name, owner, template }: DatabaseRequest,
): Promise<string> {
  for (const given of [name, owner, template ?? 'none']) refuseName(given)
  const folder = path.join(home.folder, 'roles')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const password = await privateText(path.join(folder, owner), () =>
    Buffer.from(random(32)).toString('base64url'),
  )
  await inOrder(adminUrl, 'baotu create database', async (client) => {
    await ensureRole(client, owner, password)
    await ensureDatabase(client, { name, owner, template: template ?? 'template1' })
  })
  return `postgresql://${owner}:${password}@127.0.0.1:${port}/${name}`
}

/** Runs one piece of work under a lock at a time; the lock ends with its session, however. */
export async function inOrder<T>(
  adminUrl: string,
  lock: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  try {
    await client.query('select pg_advisory_lock(hashtext($1))', [lock])
    return await work(client)
  } finally {
    await client.end()
  }
}

async function ensureRole(client: pg.Client, role: string, password: string): Promise<void> {
  const { rowCount } = await client.query('select from pg_roles where rolname = $1', [role])
  const verb = rowCount === 0 ? 'create' : 'alter'
  await client.query(`${verb} role ${role} login nosuperuser nocreatedb password '${password}'`)
}

async function ensureDatabase(
  client: pg.Client,
  { name, owner, template }: Required<DatabaseRequest>,
): Promise<void> {
  const { rowCount } = await client.query('select from pg_database where datname = $1', [name])
  if (rowCount === 0) {
    await client.query(`create database ${name} owner ${owner} template ${template}`)
  }
  // Repeated each time: a crash may have come between the two.
  await client.query(`revoke all on database ${name}, postgres, template1 from public`)
}

function refuseName(name: string): void {
  if (/^[a-z][a-z0-9_]{0,49}$/.test(name)) return
  throw new EmbeddedError('EMBEDDED_BAD_NAME', 'names are lower-case letters, digits, underscores')
}
