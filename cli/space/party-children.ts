import { createWriteStream } from 'node:fs'
import path from 'node:path'
import { ChildError, type ChildExit, type ReadyChild, superviseChildren } from '#runtime/children'
import { shortName } from './short-name.ts'
import type { PartyProcess } from './split.ts'
import type { StateFolder } from './state-folder.ts'

/** Public: listed in docs/errors.md, never renamed. */
export type PartyStartErrorCode = 'PARTY_NOT_READY'

/** A party did not come up. The message ends with what it said about it, and where its log is. */
export class PartyStartError extends Error {
  override readonly name = 'PartyStartError'
  readonly code: PartyStartErrorCode = 'PARTY_NOT_READY'
  /** The party's own code, where it told one. */
  readonly reason: string | undefined

  constructor(message: string, reason: string | undefined, cause?: unknown) {
    super(message, { cause })
    this.reason = reason
  }
}

/** The processes of a space. Disposing stops them all, the last one first. */
export interface PartyChildren extends AsyncDisposable {
  /** `nodeArguments` go to Node itself, before the party's own. @throws PartyStartError */
  readonly start: (party: PartyProcess, nodeArguments?: readonly string[]) => Promise<ReadyChild>
  /** Settles with the first party that ends by itself. */
  readonly broken: Promise<ChildExit>
}

const PROJECT = path.resolve(import.meta.dirname, '..', '..')
const REMEMBERED = 20

/** Starts parties as processes of their own; what they log goes to `parties.log` of the state. */
export function openPartyChildren(state: StateFolder): PartyChildren {
  const file = path.join(state.path, 'parties.log')
  const log = createWriteStream(file, { flags: 'w', mode: 0o600 })
  const said: string[] = []
  const { promise: broken, resolve: onUnexpectedExit } = Promise.withResolvers<ChildExit>()
  const write = (line: string) => {
    log.write(`${line}\n`)
    said.push(line)
    if (said.length > REMEMBERED * 10) said.splice(0, REMEMBERED)
  }
  const children = superviseChildren({ write, onUnexpectedExit })
  const compiled = ['--import', compileCacheIn(path.join(state.path, 'compiled'))]
  return {
    broken,
    start: async (party, more = []) => {
      const name = nameOf(party)
      const nodeArguments = [...compiled, ...more]
      const request = { name, entry: entryOf(party), configPath: party.config, nodeArguments }
      try {
        return await children.start(request)
      } catch (cause) {
        if (!(cause instanceof ChildError)) throw cause
        const reason = reasonIn(said.filter((line) => line.startsWith(`[${name}] `)))
        const code = /^ {2}([A-Z]+(?:_[A-Z0-9]+)+)\b/.exec(reason)?.[1]
        throw new PartyStartError(`${cause.message}\n${reason}\n  (its log: ${file})`, code, cause)
      }
    },
    async [Symbol.asyncDispose]() {
      await children[Symbol.asyncDispose]()
      await new Promise<void>((resolve) => log.end(resolve))
    },
  }
}

// Compiled code is kept from start to start, in a folder that nobody else may write to: the
// runtime's own default would be a shared one. Halves what starting a party costs.
function compileCacheIn(folder: string): string {
  const code = `import { enableCompileCache } from 'node:module'
enableCompileCache(${JSON.stringify(folder)})`
  return `data:text/javascript,${encodeURIComponent(code)}`
}

function nameOf({ did, config, role }: PartyProcess): string {
  const replica = role === 'gateway' ? `/${path.parse(config).name}` : ''
  return `${shortName(did)}${replica}`
}

function entryOf({ role }: PartyProcess): string {
  return path.join(PROJECT, role === 'connector' ? 'connectors' : role, 'main.ts')
}

// A party tells in plain text what its operator can mend; the rest is one JSON line each.
function reasonIn(lines: readonly string[]): string {
  const said = lines.map((line) => line.slice(line.indexOf('] ') + 2))
  const plain = said.filter((line) => line !== '' && !line.startsWith('{'))
  const told = plain.length > 0 ? plain : [codeIn(said.at(-1) ?? '') ?? 'it said nothing']
  return told.map((line) => `  ${line}`).join('\n')
}

function codeIn(line: string): string | undefined {
  try {
    const { err } = JSON.parse(line)
    const code: unknown = Reflect.get(Object(err), 'code') ?? Reflect.get(Object(err), 'type')
    return typeof code === 'string' ? code : undefined
  } catch {
    return line === '' ? undefined : line
  }
}
