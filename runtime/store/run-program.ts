import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import type { ServerHome } from './server-home.ts'

/**
 * Starts one of PostgreSQL's programs as the server's user, away from our terminal and our
 * environment, writing to the server's log. It outlives us unless it ends by itself.
 */
export async function startProgram(
  program: string,
  args: readonly string[],
  home: ServerHome,
  extra: Readonly<Record<string, string>> = {},
): Promise<ChildProcess> {
  await using log = await open(home.log, 'a', 0o600)
  const child = spawn(program, args, {
    ...(home.user && { uid: home.user.uid, gid: home.user.gid }),
    // A system's own variables may be needed on Windows; elsewhere none of ours may leak in.
    ...(process.platform !== 'win32' && { env: { ...ENVIRONMENT, ...extra } }),
    cwd: process.platform === 'win32' ? home.folder : '/',
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  })
  await Promise.race([
    once(child, 'spawn'),
    once(child, 'error').then(([error]) => Promise.reject(error)),
  ])
  return child
}

/** Runs one of the programs to its end. */
export async function runProgram(
  program: string,
  args: readonly string[],
  home: ServerHome,
): Promise<{ code: number | null }> {
  const child = await startProgram(program, args, home)
  const [code] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode]
  return { code }
}

const ENVIRONMENT = { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/local/bin:/usr/bin:/bin' }
