import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import type { ServerPrograms } from '#runtime/store/server-programs'

const DEBIAN = '/usr/lib/postgresql'

/** The newest PostgreSQL that Debian installed here, if it is one that we support. */
export function systemPostgres(): ServerPrograms | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).map(Number) : []
  const newest = Math.max(0, ...versions.filter(Number.isInteger))
  if (newest < 15) return undefined
  const program = (name: string) => path.join(DEBIAN, String(newest), 'bin', name)
  return { initdb: program('initdb'), postgres: program('postgres'), pgCtl: program('pg_ctl') }
}
