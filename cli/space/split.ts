import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { freePorts } from '#runtime/free-ports'
import {
  type Configuration,
  configurationsOf,
  DATABASE_URL_FILE,
  type Drawn,
} from './configurations.ts'
import type { Databases } from './databases.ts'
import type { Space } from './load-space.ts'
import { ensureKeys, type KeyMaking, type PartyKeys } from './party-keys.ts'
import { bodiesOf } from './party-plan.ts'
import {
  PREPARED_DATABASE,
  placeMappings,
  preparedFolder,
  prepareOnce,
  readsPreparedDatabase,
} from './prepare.ts'
import { writePrivate } from './private-file.ts'
import type { StateFolder } from './state-folder.ts'

/** A process of the space, ready to be started. */
export interface PartyProcess {
  readonly did: string
  readonly role: 'authority' | 'gateway' | 'release' | 'connector'
  /** Absolute path of its configuration file. */
  readonly config: string
  /** Where it listens; connectors and the release authority never do. */
  readonly url?: string
}

/** A space whose parties all have their own folder, keys, database and configuration. */
export interface SplitSpace {
  readonly processes: readonly PartyProcess[]
  readonly gatewayUrls: readonly string[]
}

export interface SplitOptions extends KeyMaking {
  readonly databases: Databases
  readonly progress: (line: string) => void
}

/**
 * Splits a space into one configuration per party below its state folder. What is there stays
 * (keys, passwords, data); what the space file says is written anew, so its changes take effect.
 */
export async function splitSpace(
  space: Space,
  state: StateFolder,
  options: SplitOptions,
): Promise<SplitSpace> {
  const keys = await keysOf(space, state, options)
  const ports = await portsOf(space)
  await prepareData(space, state, options)
  const mapping = await placeMappings(space, state)
  await placePreparedDatabases(space, state, options)
  const drawn: Drawn = { ...ports, mapping, keys: (did) => keyedBy(keys, did) }
  const configurations = configurationsOf(space, drawn)
  for (const configuration of configurations) await writeConfiguration(state, configuration)
  await writeDatabaseUrls(space, state, options)
  return {
    processes: configurations.flatMap((configuration) => processOf(configuration, state)),
    gatewayUrls: ports.gatewayPorts.map(urlOf),
  }
}

function keyedBy(keys: ReadonlyMap<string, PartyKeys>, did: string): PartyKeys {
  const found = keys.get(did)
  if (found === undefined) throw new TypeError(`no keys were made for ${did}`)
  return found
}

async function keysOf(space: Space, state: StateFolder, options: SplitOptions) {
  const { space: spaceId, witnessKey } = space.file
  const made = bodiesOf(space).map(async ({ did }): Promise<[string, PartyKeys]> => {
    const owner = { did, spaceId, folder: state.partyFolder(did), witnessKey }
    return [did, await ensureKeys(owner, options)]
  })
  return new Map(await Promise.all(made))
}

async function portsOf({ file: { ports, gateway } }: Space) {
  const replicas = gateway.replicas ?? 1
  const [authorityPort = 0, ...free] = await freePorts(replicas + 1)
  return {
    authorityPort: ports?.authority ?? authorityPort,
    gatewayPorts: (ports?.gateway ?? free).slice(0, replicas),
  }
}

async function prepareData(space: Space, state: StateFolder, options: SplitOptions) {
  const { databases, progress } = options
  const databaseFor = async (holder: string) => (await databases.rowsFor(holder)).owner
  await prepareOnce(space, state, { databaseFor, progress })
}

// The server's address may differ at every start, so the reader's URL is written anew each time.
async function placePreparedDatabases(
  space: Space,
  state: StateFolder,
  { databases }: SplitOptions,
): Promise<void> {
  for (const holder of space.file.holders) {
    if (!(await readsPreparedDatabase(space, holder))) continue
    const { reader } = await databases.rowsFor(holder.did)
    const file = path.join(preparedFolder(state, holder.did), PREPARED_DATABASE)
    await writePrivate(file, `${reader}\n`)
  }
}

async function writeConfiguration(folders: StateFolder, { did, file, value }: Configuration) {
  const folder = folders.partyFolder(did)
  const { state } = value
  if (typeof state === 'string')
    await mkdir(path.join(folder, state), { recursive: true, mode: 0o700 })
  await writePrivate(path.join(folder, file), `${JSON.stringify(value, null, 2)}\n`)
}

async function writeDatabaseUrls(
  space: Space,
  state: StateFolder,
  { databases }: SplitOptions,
): Promise<void> {
  const { gateway, release, holders } = space.file
  for (const { did } of [gateway, release, ...holders]) {
    const file = path.join(state.partyFolder(did), DATABASE_URL_FILE)
    await writePrivate(file, `${await databases.urlFor(did)}\n`)
  }
}

function processOf({ did, file, value }: Configuration, state: StateFolder): PartyProcess[] {
  const { party: role, listen } = value
  if (!isRole(role)) return []
  const port: unknown = Reflect.get(Object(listen), 'port')
  const config = path.join(state.partyFolder(did), file)
  return [{ did, role, config, ...(typeof port === 'number' ? { url: urlOf(port) } : {}) }]
}

function isRole(party: unknown): party is PartyProcess['role'] {
  return ['authority', 'gateway', 'release', 'connector'].some((role) => role === party)
}

function urlOf(port: number): string {
  return `http://127.0.0.1:${port}`
}
