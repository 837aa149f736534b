import { type DestinationStream, type LevelWithSilent, type Logger, pino } from 'pino'
import type { Clock } from './clock.ts'
import { allowedFields, COMMON_FIELDS, type LogFields } from './log-fields.ts'

/** Lines of JSON holding ids, codes, sizes and durations. `log.info({ sessionId }, 'plan made')`. */
export type Log = Logger

export interface LogOptions {
  readonly party: string
  readonly clock: Clock
  readonly level?: LevelWithSilent
  /** Names beyond COMMON_FIELDS that this party logs. A common name keeps its kind. */
  readonly fields?: LogFields
  /** Default: standard error, because standard output belongs to the ready line. */
  readonly destination?: DestinationStream
}

/**
 * No value, identifier of an enterprise or literal reaches a log, whoever writes the line and
 * whatever library they hand it to: a field must be declared and of its declared shape, else it is
 * dropped and counted (`dropped`); a message must be plain words, else it is withheld; placeholders
 * are not filled. This protects data subjects from the reader of the logs, not from a programmer
 * who spells a value as a declared id.
 */
export function openLog(options: LogOptions): Log {
  const declared = { ...options.fields, ...COMMON_FIELDS }
  const settings = {
    level: options.level ?? 'info',
    base: { party: options.party, pid: process.pid },
    timestamp: () => `,"time":${options.clock.now()}`,
    formatters: { level: (level: string) => ({ level }) },
    hooks: { logMethod: filtering(declared) },
  }
  const log = pino(settings, options.destination ?? pino.destination({ dest: 2, sync: true }))
  return Object.assign(log, filteringBindings(log, declared))
}

// Children inherit from their parent object, so both filters hold for them and for theirs. Of a
// child's options only the level is taken: serialisers and prefixes would write what they like.
function filteringBindings(log: Logger, declared: LogFields) {
  const { child, setBindings } = log
  const allowed = (bindings: object) => {
    const { dropped, ...kept } = allowedFields(bindings, declared)
    return dropped === undefined ? kept : { ...kept, droppedBindings: dropped }
  }
  return {
    child(this: Logger, bindings: object, options?: { level?: string }) {
      return child.call(this, allowed(bindings), options?.level ? { level: options.level } : {})
    },
    setBindings(this: Logger, bindings: object) {
      setBindings.call(this, allowed(bindings))
    },
  }
}

type Write = (this: Logger, fields: object, message?: string) => void

function filtering(declared: LogFields) {
  return function logMethod(this: Logger, given: unknown[], write: Write): void {
    const { fields, message } = split(given)
    const allowed = allowedFields(fields, declared)
    write.call(this, allowed, message === undefined ? undefined : plainWords(message))
  }
}

// The three ways in which pino may be called; what follows the message would be interpolated.
function split([first, second]: unknown[]): { fields: object; message?: unknown } {
  if (first instanceof Error) return { fields: { err: first }, message: second }
  if (typeof first === 'object' && first !== null) return { fields: first, message: second }
  return { fields: {}, message: first }
}

function plainWords(message: unknown): string {
  const isPlain = typeof message === 'string' && /^[A-Za-z][A-Za-z ,;'-]{0,119}$/.test(message)
  return isPlain ? message : 'message withheld'
}
