import { PROBLEMS } from '#protocol/problems'
import type { ProblemTable } from '#runtime/problem'
import { RemoteProblem } from '#runtime/remote-errors'
import { RUNTIME_PROBLEMS } from '#runtime/runtime-problems'
import { AskError } from '#sdk/errors'
import { type CommandIo, EXIT, NotUpError, UsageError } from './command.ts'
import type { Language } from './language.ts'

/** Codes of what the user can mend in a file or on the command line. */
const TO_MEND =
  /^(CLI|CONFIG|JSON|SPACE|STATE|QUESTION|POLICY|MAPPING|PRODUCT|SECRET|COLUMN|FUNCTION|OPERATOR|VALUE|MEASURE|RANGE|QUERY_TOO|CAPACITY|TRUST_POLICY)_/

const KNOWN: ProblemTable = { ...RUNTIME_PROBLEMS, ...PROBLEMS }

/**
 * Tells a failure on stderr, code first, with what to do where the table of problems knows, and
 * gives the exit code. A failure without a code is ours: it is told with its stack, which names
 * places of the program and no data.
 */
export function tellFailure(error: unknown, io: CommandIo, language: Language): number {
  const code = codeOf(error)
  const message = error instanceof Error ? error.message : String(error)
  if (code === undefined) {
    io.stderr.write(`${error instanceof Error ? (error.stack ?? message) : message}\n`)
    return EXIT.failed
  }
  const place = placeOf(error)
  io.stderr.write(`${code}: ${message}${place === undefined ? '' : ` (${place})`}\n`)
  const reason = reasonOf(error) ?? code
  const known = KNOWN[reason]
  if (known !== undefined) {
    const { title, hint } = known
    const said = reason === code ? '' : `${reason}: ${title[language]}. `
    io.stderr.write(`${said}${hint[language]}\n`)
  }
  if (error instanceof UsageError) io.stderr.write('See `baotu help`.\n')
  return exitCode(error, code)
}

function exitCode(error: unknown, code: string): number {
  if (error instanceof AskError) return EXIT.refused
  if (error instanceof RemoteProblem && error.status === 403) return EXIT.refused
  if (error instanceof NotUpError) return EXIT.notUp
  return TO_MEND.test(code) ? EXIT.usage : EXIT.failed
}

function codeOf(error: unknown): string | undefined {
  const code: unknown = Reflect.get(Object(error), 'code')
  return typeof code === 'string' ? code : undefined
}

/** The other side's code, where this is its refusal. */
function reasonOf(error: unknown): string | undefined {
  if (error instanceof RemoteProblem) return error.remoteCode
  return error instanceof AskError ? error.reason : undefined
}

function placeOf(error: unknown): string | undefined {
  const place: unknown = Reflect.get(Object(error), 'place')
  return typeof place === 'string' && place !== '' ? place : undefined
}
