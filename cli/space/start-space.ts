import type { CommandIo } from '../command.ts'
import type { Language } from '../language.ts'
import { openDatabases } from './databases.ts'
import type { Space } from './load-space.ts'
import { openPartyChildren } from './party-children.ts'
import { noteDown, noteUp, type RunningProcess, type RunningSpace } from './running.ts'
import { shortName } from './short-name.ts'
import { type PartyProcess, splitSpace } from './split.ts'
import { claimState, ensureStateFolder, type StateFolder } from './state-folder.ts'

export interface StartOptions {
  readonly language: Language
  readonly io: CommandIo
  /** Told what happens, one line each. */
  readonly progress: (line: string) => void
}

/** A space that is up; disposing stops every party, then the databases. */
export interface StartedSpace extends AsyncDisposable {
  readonly running: RunningSpace
  /** Settles with the first party that ends by itself. */
  readonly broken: Promise<{ readonly name: string; readonly code: number | null }>
}

const WORDS = {
  zh: {
    databases: '数据库',
    split: '配置、密钥、数据',
    start: '启动',
  },
  en: {
    databases: 'databases',
    split: 'configurations, keys, data',
    start: 'starting',
  },
} as const

/**
 * Splits a space and starts it: the authority first, since everybody begins with its directory,
 * then all others side by side. What was started is stopped again when anything fails.
 */
export async function startSpace(
  space: Space,
  state: StateFolder,
  { io, language, progress }: StartOptions,
): Promise<StartedSpace> {
  await using owned = new AsyncDisposableStack()
  const words = WORDS[language]
  await ensureStateFolder(state.path, space.file.space)
  owned.use(await claimState(state))
  progress(words.databases)
  const databases = owned.use(await openDatabases(space, state, io.random))
  progress(words.split)
  const { processes } = await splitSpace(space, state, { ...io, databases, progress })
  const children = owned.use(openPartyChildren(state))
  const start = async (party: PartyProcess): Promise<RunningProcess> => {
    progress(`${words.start} ${shortName(party.did)}`)
    const { pid } = await children.start(party)
    const { did, role, url } = party
    return { did, role, pid, ...(url === undefined ? {} : { url }) }
  }
  const [authority, ...others] = processes
  const first = authority === undefined ? [] : [await start(authority)]
  const running: RunningSpace = {
    space: space.file.space,
    launcher: process.pid,
    startedAt: new Date(io.now()).toISOString(),
    processes: [...first, ...(await allOrFirstError(others.map(start)))],
  }
  await noteUp(state, running)
  owned.defer(() => noteDown(state))
  const { broken } = children
  const started = owned.move()
  return { running, broken, [Symbol.asyncDispose]: () => started.disposeAsync() }
}

// Waits for all even when one fails, so that nobody is left starting while the rest is stopped.
async function allOrFirstError<T>(starting: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(starting)
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason
    return result.value
  })
}
