import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { systemRandom } from '#crypto/random'
import { adminUrl } from '#runtime/store/cluster'
import { type EmbeddedServer, startEmbeddedServer } from '#runtime/store/embedded-server'
import { serverHome } from '#runtime/store/server-home'

/** A PostgreSQL of this benchmark alone, with every guarantee of durability on. */
export interface DurableDatabase extends AsyncDisposable {
  readonly folder: string
  readonly server: EmbeddedServer
  /** A database of this name: the same one again, also after the server was killed and restarted. */
  url(name?: string): Promise<string>
  /** Starts the server again after it was killed. */
  restart(): Promise<void>
  /**
   * Leaves files of the write-ahead log to be used again (80 MB), as every server has them that has
   * run for some minutes. A new one makes and fills a file for every 16 MB, and all commits wait.
   */
  recycleLog(): Promise<void>
}

const RECYCLED_FILES = 5

export async function openDurableDatabase(): Promise<DurableDatabase> {
  const folder = await mkdtemp(path.join(tmpdir(), 'baotu-bench-'))
  const start = () => {
    return startEmbeddedServer({ folder, random: systemRandom, stopWhenIdleMs: 60_000 })
  }
  let server = await start()
  return {
    folder,
    get server() {
      return server
    },
    url: (name = 'bench') => server.createDatabase({ name, owner: 'bench' }),
    restart: async () => {
      server = await start()
    },
    recycleLog: async () => {
      const admin = new pg.Client(await adminUrl(await serverHome(folder), server.port))
      await admin.connect()
      for (let file = 0; file < RECYCLED_FILES; file += 1) {
        await admin.query("select pg_logical_emit_message(true, 'bench', 'x'), pg_switch_wal()")
      }
      await admin.query('checkpoint')
      await admin.end()
    },
    [Symbol.asyncDispose]: async () => {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
