import { spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type pg from 'pg'
import { adopt, isUnused, mayEnd } from './adopt-server.ts'
import { stopPostmaster } from './postmaster.ts'
import { type ServerHome, serverHome } from './server-home.ts'
import type { ServerPrograms } from './server-programs.ts'

const SESSION_NAME = 'baotu-watch'

interface WatchRequest {
  readonly folder: string
  readonly stopWhenIdleMs?: number
  readonly programs?: ServerPrograms
}

/**
 * Leaves a process behind that ends the server once nobody was connected for a while, so that a
 * starter that was killed leaves no server. One is enough for a server.
 */
export async function startWatch(keeper: pg.Client, request: WatchRequest): Promise<void> {
  const watching = 'select from pg_stat_activity where application_name = $1'
  if ((await keeper.query(watching, [SESSION_NAME])).rowCount !== 0) return
  const args = [fileURLToPath(import.meta.url), JSON.stringify(request)]
  spawn(process.execPath, args, { detached: true, stdio: 'ignore', cwd: request.folder }).unref()
}

/** Watches until the server may end, then ends it; at once when another watch is there. */
export async function watch({ folder, stopWhenIdleMs = 0, programs }: WatchRequest): Promise<void> {
  const home = await serverHome(folder, programs)
  const server = await adopt(home, SESSION_NAME)
  if (!server) return
  const { rows } = await server.keeper.query(
    `select pg_try_advisory_lock(hashtext('${SESSION_NAME}')) as is_ours`,
  )
  if (rows[0]?.is_ours) await watchUntilIdle(home, server.keeper, stopWhenIdleMs)
  await server.keeper.end().catch(() => undefined)
}

async function watchUntilIdle(home: ServerHome, session: pg.Client, idleMs: number): Promise<void> {
  for (let idle = 0; idle < 4; ) {
    await delay(idleMs / 4)
    try {
      idle = (await isUnused(session)) ? idle + 1 : 0
    } catch {
      // The server ended by itself.
      return
    }
  }
  if (await mayEnd(session)) return await stopPostmaster(home)
  await watchUntilIdle(home, session, idleMs)
}

if (import.meta.main) await watch(JSON.parse(process.argv[2] ?? '{}'))
