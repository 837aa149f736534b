import { mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { shortName } from './short-name.ts'

/** Public: listed in docs/errors.md, never renamed. */
export type StateErrorCode = 'STATE_IN_USE' | 'STATE_OF_ANOTHER_SPACE' | 'STATE_OPEN_TO_OTHERS'

/** The state folder cannot be used as it stands. The message says what to do. */
export class StateError extends Error {
  override readonly name = 'StateError'
  readonly code: StateErrorCode

  constructor(code: StateErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

/** Where a space keeps what is not in its file: keys, passwords, databases, prepared data. */
export interface StateFolder {
  readonly path: string
  /** The folder of one party, by DID; replicas share one. */
  readonly partyFolder: (did: string) => string
}

/** The folder used when none is named: `.baotu/<last word of the space's name>`. */
export function defaultStatePath(spaceId: string): string {
  return path.join('.baotu', spaceId.split(/[:/]/).at(-1) ?? 'space')
}

/** Where things are, without looking whether they are there. */
export function stateFolderAt(folder: string): StateFolder {
  const absolute = path.resolve(folder)
  return { path: absolute, partyFolder: (did) => path.join(absolute, 'parties', shortName(did)) }
}

/**
 * Makes the folder (mode 0700) or takes the one that is there, if it is of the same space and no
 * other user may look into it.
 *
 * @throws StateError STATE_OF_ANOTHER_SPACE, STATE_OPEN_TO_OTHERS
 */
export async function ensureStateFolder(folder: string, spaceId: string): Promise<StateFolder> {
  const state = stateFolderAt(folder)
  await mkdir(state.path, { recursive: true, mode: 0o700 })
  const { mode } = await stat(state.path)
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new StateError('STATE_OPEN_TO_OTHERS', `others may open ${folder}: chmod 700 it`)
  }
  const mark = path.join(state.path, 'space')
  const found = await readFile(mark, 'utf8').catch(() => undefined)
  if (found !== undefined && found.trim() !== spaceId) {
    throw new StateError('STATE_OF_ANOTHER_SPACE', `${folder} belongs to another space`)
  }
  if (found === undefined) await writeFile(mark, `${spaceId}\n`, { mode: 0o600 })
  return state
}

/**
 * Claims the folder for this process, so that two launchers never run one space. A claim of a
 * process that is gone does not count.
 *
 * @throws StateError STATE_IN_USE
 */
export async function claimState(state: StateFolder): Promise<AsyncDisposable> {
  const file = path.join(state.path, 'launcher.pid')
  for (let round = 0; round < 2; round += 1) {
    try {
      await using claim = await open(file, 'wx', 0o600)
      await claim.writeFile(`${process.pid}\n`)
      return { [Symbol.asyncDispose]: () => rm(file, { force: true }) }
    } catch (cause) {
      if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause
      const pid = await launcherOf(state)
      if (pid !== undefined) throw new StateError('STATE_IN_USE', `already up, process ${pid}`)
      await rm(file, { force: true })
    }
  }
  throw new StateError('STATE_IN_USE', 'another launcher is starting this space')
}

/** The process that runs this space, if one does. */
export async function launcherOf(state: StateFolder): Promise<number | undefined> {
  const text = await readFile(path.join(state.path, 'launcher.pid'), 'utf8').catch(() => '')
  const pid = Number(text.trim())
  return Number.isSafeInteger(pid) && pid > 1 && isAlive(pid) ? pid : undefined
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
