import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { systemRandom } from '#crypto/random'
import { type EmbeddedServer, startEmbeddedServer } from '#runtime/store/embedded-server'

/** A PostgreSQL of this benchmark alone, with every guarantee of durability on. */
export interface DurableDatabase extends AsyncDisposable {
  readonly folder: string
  readonly server: EmbeddedServer
  /** The same database again, also after the server was killed and started anew. */
  url(): Promise<string>
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
    url: () => server.createDatabase({ name: 'bench', owner: 'bench' }),
    restart: async () => {
      server = await start()
    },
    [Symbol.asyncDispose]: async () => {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
