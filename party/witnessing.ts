import { codeOf, type TaskHandlers } from '#protocol/task-loop'
import type { Log } from '#runtime/log'
import { gatewayWitness, type RoundParts, showOwnLog, witnessGateway } from './witness-round.ts'

/** A party among the witnesses, until disposed. */
export interface Witnessing extends AsyncDisposable {
  /** One round at once, or after the one under way: never throws, and says in the log how it went. */
  round(): Promise<void>
  /** Asks for a round shortly; for after a session's last task. */
  soon(): void
  /** Throws VIEW_SPLIT while the gateway's log is not to be trusted. */
  assertTrusted(): Promise<void>
}

export interface WitnessingOptions extends RoundParts {
  readonly log: Pick<Log, 'error' | 'warn'>
  /** How long after the end of one round the next begins. */
  readonly everyMs: number
}

/** The default of `witnessSeconds` in a party's configuration. */
export const WITNESS_SECONDS = 60
const SOON_MS = 250
const FIRST_MS = 5000

/**
 * Witnesses the gateway's log and shows it this party's own, on a timer and on request. It stands
 * in nobody's way: whatever fails is logged by its code and tried again.
 */
export function startWitnessing(options: WitnessingOptions): Witnessing {
  const stop = new AbortController()
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  const round = () => {
    running = running.then(() => (stop.signal.aborted ? undefined : oneRound(options, stop.signal)))
    return running
  }
  const plan = (ms: number) => {
    clearTimeout(timer)
    if (stop.signal.aborted) return
    timer = setTimeout(() => void round().then(() => plan(options.everyMs)), ms)
  }
  plan(Math.min(FIRST_MS, options.everyMs))
  return {
    round,
    soon: () => plan(SOON_MS),
    assertTrusted: async () => (await gatewayWitness(options))?.assertTrusted(),
    async [Symbol.asyncDispose]() {
      stop.abort()
      clearTimeout(timer)
      await running
    },
  }
}

/** Those tasks that only end something are done in any case. */
const ENDING: readonly string[] = ['note-void', 'void-session']

/** The same handlers, refusing while the gateway's log is not to be trusted: doubt refuses. */
export function whileTrusted(handlers: TaskHandlers, { assertTrusted }: Witnessing): TaskHandlers {
  const guarded = Object.entries(handlers).map(([kind, handler]) => {
    const handle = handler as (...task: readonly unknown[]) => Promise<unknown>
    const checked = async (...task: readonly unknown[]) => {
      await assertTrusted()
      return handle(...task)
    }
    return [kind, ENDING.includes(kind) ? handle : checked]
  })
  return Object.fromEntries(guarded)
}

async function oneRound(options: WitnessingOptions, signal: AbortSignal): Promise<void> {
  const { log } = options
  for (const step of [witnessGateway, showOwnLog]) {
    try {
      await step(options, signal)
    } catch (error) {
      if (signal.aborted) return
      const code = codeOf(error)
      if (code === 'LOG_FORKED') log.error({ code }, 'a witness holds another history of this log')
      else log.warn({ code }, 'a round of witnessing failed')
    }
  }
}
