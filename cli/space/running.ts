import { readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { NotUpError } from '../command.ts'
import { writePrivate } from './private-file.ts'
import { launcherOf, type StateFolder } from './state-folder.ts'

/** One process of a space that is up. */
export interface RunningProcess {
  readonly did: string
  readonly role: string
  readonly pid: number
  readonly url?: string
}

/** What a launcher leaves for other commands while its space is up. */
export interface RunningSpace {
  readonly space: string
  readonly launcher: number
  readonly startedAt: string
  readonly processes: readonly RunningProcess[]
}

/** Notes that the space is up; gone again with `noteDown`. */
export async function noteUp(state: StateFolder, running: RunningSpace): Promise<void> {
  await writePrivate(fileOf(state), `${JSON.stringify(running, null, 2)}\n`)
}

export async function noteDown(state: StateFolder): Promise<void> {
  await rm(fileOf(state), { force: true })
}

/** The space that is up here, if one is: a note whose launcher is gone does not count. */
export async function runningIn(state: StateFolder): Promise<RunningSpace | undefined> {
  const text = await readFile(fileOf(state), 'utf8').catch(() => undefined)
  const launcher = await launcherOf(state)
  if (text === undefined || launcher === undefined) return undefined
  const running: RunningSpace = JSON.parse(text)
  return running.launcher === launcher ? running : undefined
}

/** Throws NotUpError unless the space is up here; `file` is how the user named it. */
export async function requireUp(state: StateFolder, file: string): Promise<void> {
  if ((await runningIn(state)) !== undefined) return
  throw new NotUpError(`the space is not up: run \`baotu up ${file}\` in another terminal`)
}

function fileOf(state: StateFolder): string {
  return path.join(state.path, 'running.json')
}
