import path from 'node:path'

/** What may be written down about an error: which, where and why, without any message text. */
export interface ErrorTrace {
  readonly type: string
  readonly code?: string
  /** At most 12, innermost first: `function (file:line:column)`, files relative to the project. */
  readonly frames: readonly string[]
  readonly cause?: ErrorTrace
}

/**
 * Messages may hold what a peer, a database or a parser was given, so none is kept: not of the
 * error, not of its causes (three deep), not where a message imitates stack frames.
 */
export function traceOf(error: Error, depth = 3): ErrorTrace {
  const code: unknown = Reflect.get(error, 'code')
  const isCode = typeof code === 'string' && /^[A-Z0-9_]{1,64}$/.test(code)
  const cause = error.cause instanceof Error && depth > 0 ? traceOf(error.cause, depth - 1) : null
  return {
    type: typeName(error),
    ...(isCode && { code }),
    frames: framesOf(error),
    ...(cause && { cause }),
  }
}

// The class, not the `name` property, which anybody may assign.
function typeName(error: Error): string {
  const name: unknown = error.constructor?.name
  return typeof name === 'string' && /^\w{1,64}$/.test(name) ? name : 'Error'
}

const FRAME =
  /^ {4}at (?:(?:async )?([\w.$<>#[\] ]{1,80}) \()?((?:file:\/\/\/|node:|\/|[A-Z]:\\)[^\s()]+):(\d+):(\d+)\)?$/
const PROJECT = path.dirname(import.meta.dirname)

function framesOf(error: Error): string[] {
  const lines = afterHeader(error).split('\n')
  return lines.flatMap((line) => frameOf(line) ?? []).slice(0, 12)
}

// The header repeats the message as it was at construction, which may span many lines. Where it
// cannot be told from the frames, no frame is kept.
function afterHeader(error: Error): string {
  const stack = typeof error.stack === 'string' ? error.stack : ''
  const end = error.message === '' ? stack.indexOf('\n') : stack.indexOf(error.message)
  if (end < 0) return ''
  return stack.slice(end + error.message.length)
}

function frameOf(line: string): string | undefined {
  const [, name, file, row, column] = FRAME.exec(line) ?? []
  if (!file) return undefined
  const place = `${shortened(file)}:${row}:${column}`
  return name ? `${name} (${place})` : place
}

function shortened(file: string): string {
  const plain = file.replace(/^file:\/\//, '')
  if (plain.startsWith('node:')) return plain
  const relative = path.relative(PROJECT, plain)
  return relative.startsWith('..') ? path.basename(plain) : relative
}
