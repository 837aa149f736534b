import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'
import type { Random } from '#crypto/random'
import { readSecret, secretText } from '#runtime/secret-source'
import { startEmbeddedServer } from '#runtime/store/embedded-server'
import { databaseName } from './database-name.ts'
import type { Space } from './load-space.ts'
import { ensurePrivate } from './private-file.ts'
import type { StateFolder } from './state-folder.ts'

/** The databases of a space, on the embedded server or on the operator's own. */
export interface Databases extends AsyncDisposable {
  /** The URL of a party's own database, role and random password; the same at every call. */
  readonly urlFor: (did: string) => Promise<string>
  /** A database for one holder's rows, with its owner and a role that only reads. */
  readonly rowsFor: (holder: string) => Promise<{ readonly owner: string; readonly reader: string }>
}

/** Makes a database and a role of one name, or finds them; gives the role's URL. */
export type MakeDatabase = (name: string) => Promise<string>

/** The databases that a space file asks for: the operator's server where it names one. */
export async function openDatabases(
  { file: { database }, resolve }: Space,
  state: StateFolder,
  random: Random,
): Promise<Databases> {
  if (database === undefined) return embeddedDatabases(state, random)
  using url = await readSecret(database.url, resolve('.'))
  return operatorDatabases(secretText(url), state, random)
}

/** The embedded PostgreSQL of a space: made below its state folder, started or found running. */
export async function embeddedDatabases(state: StateFolder, random: Random): Promise<Databases> {
  const folder = path.join(state.path, 'postgres')
  const server = await startEmbeddedServer({ folder, random })
  const make = (name: string) => server.createDatabase({ name, owner: name })
  return databasesBy(make, async () => server[Symbol.asyncDispose]())
}

/**
 * Databases on the operator's own PostgreSQL: `adminUrl` is that of a role that may create roles
 * and databases. Nothing that is there is changed but what carries our names.
 */
export async function operatorDatabases(
  adminUrl: string,
  state: StateFolder,
  random: Random,
): Promise<Databases> {
  const passwords = path.join(state.path, 'passwords')
  await mkdir(passwords, { recursive: true, mode: 0o700 })
  const make = async (name: string) => {
    const draw = () => Buffer.from(random(32)).toString('base64url')
    const password = await ensurePrivate(path.join(passwords, name), draw)
    await asAdministrator(adminUrl, (client) => ensureOwned(client, name, password))
    return withParts(adminUrl, { name, password, database: name })
  }
  return databasesBy(make, async () => undefined)
}

/** Databases by whatever makes one; `dispose` lets go of the server. */
export function databasesBy(make: MakeDatabase, dispose: () => Promise<void>): Databases {
  return {
    urlFor: (did) => make(databaseName(did)),
    rowsFor: async (holder) => {
      const owner = await make(databaseName(holder, '_rows'))
      // The reader's own database stays empty: only its role is wanted.
      const own = await make(databaseName(holder, '_reader'))
      await letRead(owner, databaseName(holder, '_rows'), databaseName(holder, '_reader'))
      return { owner, reader: withDatabase(own, databaseName(holder, '_rows')) }
    },
    [Symbol.asyncDispose]: dispose,
  }
}

async function letRead(ownerUrl: string, database: string, reader: string): Promise<void> {
  await asAdministrator(ownerUrl, async (client) => {
    await client.query(`grant connect on database ${database} to ${reader}`)
    await client.query(`grant usage on schema public to ${reader}`)
    await client.query(`grant select on all tables in schema public to ${reader}`)
    await client.query(
      `alter default privileges in schema public grant select on tables to ${reader}`,
    )
  })
}

// Names are ours (databaseName) and passwords base64url: neither can close a quote.
async function ensureOwned(client: pg.Client, name: string, password: string): Promise<void> {
  const role = await client.query('select from pg_roles where rolname = $1', [name])
  const verb = role.rowCount === 0 ? 'create' : 'alter'
  await client.query(`${verb} role ${name} login nosuperuser nocreatedb password '${password}'`)
  const database = await client.query('select from pg_database where datname = $1', [name])
  if (database.rowCount === 0) await client.query(`create database ${name} owner ${name}`)
  await client.query(`revoke all on database ${name} from public`)
}

async function asAdministrator(
  connectionString: string,
  work: (client: pg.Client) => Promise<void>,
): Promise<void> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}

function withParts(
  url: string,
  { name, password, database }: Readonly<Record<'name' | 'password' | 'database', string>>,
): string {
  const changed = new URL(url)
  changed.username = name
  changed.password = password
  changed.pathname = `/${database}`
  return changed.href
}

function withDatabase(url: string, database: string): string {
  const changed = new URL(url)
  changed.pathname = `/${database}`
  return changed.href
}
