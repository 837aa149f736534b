import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import type { Random } from '../random.ts'
import { type Adopted, adopt, mayEnd } from './adopt-server.ts'
import { adminUrl as adminUrlOf, ensureCluster } from './cluster.ts'
import { createDatabase, type DatabaseRequest, inOrder } from './create-database.ts'
import { startWatch } from './embedded-watch.ts'
import { notStarted, startPostmaster, stopPostmaster } from './postmaster.ts'
import { type ServerHome, serverHome } from './server-home.ts'
import type { ServerPrograms } from './server-programs.ts'

export interface EmbeddedServerOptions {
  /** Made if it is not there. As root the data may live elsewhere: see `serverHome`. */
  readonly folder: string
  readonly random: Random
  /** PostgreSQL settings beyond ours, when this call is the one that starts the server. */
  readonly settings?: Readonly<Record<string, string>>
  /** Ends the server after nobody was connected for so long, even when we were killed. */
  readonly stopWhenIdleMs?: number
  /** Other programs than those of the npm package, such as a distribution's. */
  readonly programs?: ServerPrograms
}

/** A running server, shared by all who started it with the same folder. */
export interface EmbeddedServer extends AsyncDisposable {
  readonly port: number
  /** Whether the server ran already. */
  readonly isAdopted: boolean
  /** One database, its role and a random password; the same URL every time it is asked for. */
  createDatabase(request: DatabaseRequest): Promise<string>
  /** Runs one piece of work at a time, whatever process it is in. */
  inOrder<T>(work: () => Promise<T>): Promise<T>
  /** Lets go of the server, and ends it when nobody else is connected any more. */
  stop(): Promise<'stopped' | 'left-running'>
}

/**
 * A real PostgreSQL that needs no set-up: made and started below a folder, or found running there,
 * whoever started it and however that process ended. It listens on loopback alone and every role
 * has a random password. As root it runs as an unprivileged account.
 *
 * @throws EmbeddedError
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const home = await serverHome(options.folder, options.programs)
  await ensureCluster(home, options.random, options.settings?.['fsync'] !== 'off')
  const { keeper, port, isAdopted } = await adoptOrStart(home, options.settings ?? {})
  const adminUrl = await adminUrlOf(home, port)
  const stop = () => letGo(home, keeper)
  if (options.stopWhenIdleMs !== undefined) await startWatch(keeper, options)
  return {
    port,
    isAdopted,
    createDatabase: (request) =>
      createDatabase({ home, port, adminUrl, random: options.random }, request),
    inOrder: (work) => inOrder(adminUrl, 'baotu in order', work),
    stop,
    [Symbol.asyncDispose]: async () => void (await stop()),
  }
}

interface Running extends Adopted {
  readonly isAdopted: boolean
}

// Adopting and starting both lose races against others who start or stop the same server; each
// loss leaves a state that the next round sees.
async function adoptOrStart(
  home: ServerHome,
  settings: Readonly<Record<string, string>>,
): Promise<Running> {
  for (let round = 0; round < 50; round += 1) {
    const adopted = await adopt(home, 'baotu-keeper')
    if (adopted) return { ...adopted, isAdopted: true }
    const started = await startPostmaster(home, settings)
    const own = started && (await adopt(home, 'baotu-keeper'))
    if (own) return { ...own, isAdopted: false }
    await delay(20 * Math.min(round, 10))
  }
  throw notStarted(home)
}

async function letGo(home: ServerHome, keeper: pg.Client): Promise<'stopped' | 'left-running'> {
  const isLast = await mayEnd(keeper).catch(() => false)
  if (isLast) await stopPostmaster(home)
  await keeper.end().catch(() => undefined)
  return isLast ? 'stopped' : 'left-running'
}
