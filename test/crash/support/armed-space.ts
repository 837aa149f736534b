import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { ReadyChild } from '#runtime/children'
import type { FaultPoint } from '#runtime/fault-point'
import type { Crew, PartyName } from '#test/support/tiny-crew'
import { TINY } from '#test/support/tiny-policies'
import { openTinySpace, type TinySpace } from '#test/support/tiny-space'

/** A tiny space whose parties can be told to die at a fault point, and are started again. */
export interface ArmedSpace extends AsyncDisposable {
  readonly tiny: TinySpace
  /** Whoever reaches the point for the nth time from now dies there, and is started again. */
  readonly arm: (point: FaultPoint, nth?: number) => Killing
  /** Starts a party, again if it runs, and lets it die at a fault point; then it runs. */
  readonly startDying: (name: PartyName, point: FaultPoint, nth?: number) => Promise<boolean>
  /** Every fault point that anybody came by so far. */
  readonly reached: () => ReadonlySet<string>
  /** `kill -9` of a party from outside, wherever it is; it is started again. */
  readonly kill: (name: PartyName) => Promise<void>
}

export interface Killing {
  readonly by: readonly PartyName[]
  /** True when a process died there and runs again; false when nobody came by, within `ms`. */
  readonly happened: (ms: number) => Promise<boolean>
}

/** Short enough that a test can wait for them, long enough for a machine with other work. */
const SECONDS = { opening: 30, advertising: 30, confirming: 6, computing: 30, releasing: 30 }
const TIMING = { ...SECONDS, voiding: 30, lease: 3 }

/** Opens it; `later` parties are left for the caller to start. */
export async function openArmedSpace(
  replicas: 1 | 2 = 1,
  later: readonly PartyName[] = [],
): Promise<ArmedSpace> {
  await using owned = new AsyncDisposableStack()
  const folder = mkdtempSync(path.join(tmpdir(), 'baotu-arms-'))
  owned.defer(() => rmSync(folder, { recursive: true, force: true }))
  const armOf = (name: PartyName) => path.join(folder, name.replace('-2', ''))
  const tiny = owned.use(
    await openTinySpace({
      replicas,
      later,
      nodeArguments: (name) => ['--import', preload(armOf(name))],
      configure: (_, value) =>
        value['party'] === 'gateway' ? { ...value, seconds: TIMING } : value,
    }),
  )
  const { crew } = tiny
  const running = owned.move()
  return {
    tiny,
    arm: (point, nth = 1) => {
      const by = crew.names.filter((name) => reaches(name, point))
      const [first] = by
      if (first === undefined) throw new Error(`no party reaches ${point}`)
      const started = by.map((name) => startedAgain(tiny, name))
      const arm = armOf(first)
      writeArm(arm, point, nth)
      const happened = async (ms: number) => {
        const isBack = await Promise.race([...started, after(ms)])
        rmSync(arm, { force: true })
        return isBack === true
      }
      return { by, happened }
    },
    startDying: async (name, point, nth = 1) => {
      if (crew.isRunning(name)) await crew.kill(name)
      // The authority signs anew what it has not signed before.
      if (name === 'authority') changeDirectory(tiny, point)
      writeArm(armOf(name), point, nth)
      const died = await crew.start(name).then(
        () => false,
        () => true,
      )
      if (died) await crew.start(name)
      return died
    },
    reached: () => reachedIn(folder),
    kill: async (name) => {
      const again = startedAgain(tiny, name)
      await crew.kill(name)
      await again
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

function changeDirectory({ configFile }: TinySpace, name: string): void {
  const file = configFile(TINY.authority)
  const config = JSON.parse(readFileSync(file, 'utf8'))
  config.participants[0].name.en = name
  writeFileSync(file, JSON.stringify(config))
}

// In one step: a process that looks meanwhile sees all of it or nothing.
function writeArm(arm: string, point: FaultPoint, nth: number): void {
  writeFileSync(`${arm}.next`, `${point} ${nth}`)
  renameSync(`${arm}.next`, arm)
}

function reachedIn(folder: string): ReadonlySet<string> {
  const notes = readdirSync(folder).filter((file) => file.endsWith('.reached'))
  return new Set(notes.flatMap((file) => readFileSync(path.join(folder, file), 'utf8').split('\n')))
}

/** Which parties come by a fault point; of the bureaus, one stands for all. */
function reaches(name: PartyName, point: FaultPoint): boolean {
  const [by] = REACHED_BY.find(([, prefix]) => point.startsWith(prefix)) ?? ['gateway']
  return name.replace('-2', '') === by
}

const REACHED_BY: readonly (readonly [by: PartyName, prefix: string])[] = [
  ['release', 'release.'],
  ['binzhou', 'connector.refusal.'],
  ['jinan', 'connector.'],
  ['jinan', 'witness.'],
  ['jinan', 'task.answer.'],
  ['binzhou', 'task.refusal.'],
]

/** Fault points that a party comes by when it starts, and who stands for all that do. */
export const AT_START: readonly (readonly [name: PartyName, point: FaultPoint])[] = [
  ['jinan', 'migration-applied'],
  ['qingdao', 'watermark.before-store'],
  ['binzhou', 'watermark.after-store'],
  ['qingdao', 'connector.standing.before-store'],
  ['binzhou', 'connector.standing.after-store'],
  ['release', 'keys.announced.before-store'],
  ['jinan', 'keys.announced.after-store'],
  ['gateway', 'gateway.policies.before-store'],
  ['gateway', 'gateway.policies.after-store'],
  ['authority', 'authority.directory.before-store'],
  ['authority', 'authority.directory.after-store'],
]

/** Those that start for the first time when they die. */
export const LATER = ['jinan', 'qingdao', 'binzhou'] as const

const restarts = new WeakMap<ReadyChild, Promise<true>>()

// As whatever runs it in earnest would do it: once for each that died, whoever waits for it.
function startedAgain({ crew }: TinySpace, name: PartyName): Promise<true> {
  const child = crew.process(name)
  const known = restarts.get(child) ?? restarted(crew, name, child)
  restarts.set(child, known)
  return known
}

/** Never ends when it does not die. */
async function restarted(crew: Crew, name: PartyName, { exited }: ReadyChild): Promise<true> {
  const { signal } = await exited
  if (signal !== 'SIGKILL') return new Promise(() => undefined)
  await crew.start(name)
  return true
}

function preload(file: string): string {
  const url = new URL('../../support/kill-armed.ts', import.meta.url)
  url.search = new URLSearchParams({ file }).toString()
  return url.href
}

function after(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), ms).unref())
}
