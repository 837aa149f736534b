import { readFileSync } from 'node:fs'
import path from 'node:path'
import { openPartyChildren } from '#cli/space/party-children'
import type { SpaceFile } from '#cli/space/space-file'
import type { PartyProcess } from '#cli/space/split'
import type { StateFolder } from '#cli/space/state-folder'
import type { ChildExit, ReadyChild } from '#runtime/children'
import type { Rows } from './tiny-files.ts'
import type { Bureau } from './tiny-rows.ts'

/** A party of a tiny space by the name that tests give it. */
export type PartyName = 'authority' | 'gateway' | 'gateway-2' | 'release' | Bureau

export interface TinyOptions {
  /** Members of the space file besides its own. */
  readonly file?: Partial<SpaceFile>
  readonly replicas?: 1 | 2
  readonly rows?: Rows
  /** A party's configuration in the place of the one that the split wrote. */
  readonly configure?: (name: PartyName | 'bank', value: Record<string, unknown>) => object
  /** Arguments of Node for a party, at every start. */
  readonly nodeArguments?: (name: PartyName) => readonly string[]
  /** Parties that are not started with the others. */
  readonly later?: readonly PartyName[]
}

/** The processes of a tiny space, each started and ended by itself. */
export interface Crew extends AsyncDisposable {
  readonly names: readonly PartyName[]
  readonly startAll: () => Promise<void>
  /** Starts a party that is not running. */
  readonly start: (name: PartyName) => Promise<ReadyChild>
  readonly isRunning: (name: PartyName) => boolean
  /** `kill -9`; resolves when it is gone. */
  readonly kill: (name: PartyName) => Promise<ChildExit>
  /** The running process, or the one that ran last. */
  readonly process: (name: PartyName) => ReadyChild
  /** Everything that the parties wrote to their logs so far. */
  readonly log: () => string
}

export function openCrew(
  state: StateFolder,
  parties: ReadonlyMap<PartyName, PartyProcess>,
  { nodeArguments = () => [], later = [] }: TinyOptions,
): Crew {
  const children = openPartyChildren(state)
  const started = new Map<PartyName, ReadyChild>()
  // A number of a process that has ended may be somebody else's by now.
  const running = new Set<ReadyChild>()
  const start = async (name: PartyName) => {
    const party = parties.get(name)
    if (party === undefined) throw new Error(`no party ${name} in this space`)
    const child = await children.start(party, nodeArguments(name))
    started.set(name, child)
    running.add(child)
    void child.exited.then(() => running.delete(child))
    return child
  }
  const process = (name: PartyName) => {
    const child = started.get(name)
    if (child === undefined) throw new Error(`${name} was never started`)
    return child
  }
  return {
    names: [...parties.keys()],
    start,
    process,
    isRunning: (name) => [...running].some((child) => child === started.get(name)),
    startAll: async () => {
      const [first, ...others] = [...parties.keys()].filter((name) => !later.includes(name))
      if (first !== undefined) await start(first)
      await Promise.all(others.map(start))
    },
    kill: async (name) => {
      const child = process(name)
      return await (running.has(child) ? endNow(child) : child.exited)
    },
    log: () => readFileSync(path.join(state.path, 'parties.log'), 'utf8'),
    // In no good order: nobody needs what they hold.
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...running].map(endNow))
      await children[Symbol.asyncDispose]()
    },
  }
}

async function endNow({ pid, exited }: ReadyChild): Promise<ChildExit> {
  globalThis.process.kill(pid, 'SIGKILL')
  return await exited
}
