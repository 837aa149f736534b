import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { systemRandom } from '#crypto/random'
import { type EmbeddedServer, startEmbeddedServer } from '#runtime/store/embedded-server'

/** A PostgreSQL of this benchmark alone, with every guarantee of durability on. */
export interface DurableDatabase extends AsyncDisposable {
  readonly folder: string
  readonly server: EmbeddedServer
  /** A database of this name: the same one again, also after the server was killed and restarted. */
  url(name?: string): Promise<string>
  /** Starts the server again after it was killed. */
  restart(): Promise<void>
}

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
    [Symbol.asyncDispose]: async () => {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
