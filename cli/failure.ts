import { PROBLEMS } from '#protocol/problems'
import type { ProblemTable } from '#runtime/problem'
import { RemoteProblem } from '#runtime/remote-errors'
import { RUNTIME_PROBLEMS } from '#runtime/runtime-problems'
import { AskError } from '#sdk/errors'
import { type CommandIo, EXIT, NotUpError, UsageError } from './command.ts'
import { type Language, languageOf } from './language.ts'
import { PartyStartError } from './space/party-children.ts'

/** Codes of what the user can mend in a file or on the command line. */
const TO_MEND =
  /^(?:(?:CLI|CONFIG|JSON|SPACE|STATE|QUESTION|POLICY|CONVERT|FACT|MAPPING|PRODUCT|SECRET|COLUMN|FUNCTION|OPERATOR|VALUE|MEASURE|RANGE|QUERY_TOO|CAPACITY|TRUST_POLICY|PART_NOT)_|SOURCE_(?:MISSING|ENCODING|UNREADABLE|ROLE)$)/

const KNOWN: ProblemTable = { ...RUNTIME_PROBLEMS, ...PROBLEMS }

/**
 * Tells a failure on stderr, code first, and gives the exit code. A failure without a code is ours:
 * it is told with its stack, which names places of the program and no data.
 */
export function tellFailure(error: unknown, io: CommandIo, named?: string): number {
  const language = languageOf(named)
  if (error instanceof RemoteProblem && error.remoteCode !== undefined) {
    tellProblem(error.remoteCode, io, language)
    const { status = 500 } = KNOWN[error.remoteCode] ?? {}
    return status < 500 ? EXIT.refused : EXIT.failed
  }
  const code = codeOf(error)
  const message = error instanceof Error ? error.message : String(error)
  if (code === undefined) {
    io.stderr.write(`${error instanceof Error ? (error.stack ?? message) : message}\n`)
    return EXIT.failed
  }
  const place = placeOf(error)
  io.stderr.write(
    `${code}: ${wordsOf(error)?.[language] ?? message}${place === undefined ? '' : ` (${place})`}\n`,
  )
  if (error instanceof UsageError) io.stderr.write('See `baotu help`.\n')
  if (error instanceof AskError) {
    if (error.reason !== undefined) tellProblem(error.reason, io, language)
    return EXIT.refused
  }
  if (error instanceof NotUpError) return EXIT.notUp
  const reason = error instanceof PartyStartError ? (error.reason ?? code) : code
  return TO_MEND.test(reason) ? EXIT.usage : EXIT.failed
}

// What another party refused, in the words of the one problem table.
function tellProblem(code: string, io: CommandIo, language: Language): void {
  const row = KNOWN[code]
  const text = row === undefined ? '' : `: ${row.title[language]}; ${row.hint[language]}`
  io.stderr.write(`${code}${text}\n`)
}

function wordsOf(error: unknown): Readonly<Record<Language, string>> | undefined {
  return Reflect.get(Object(error), 'words')
}

function codeOf(error: unknown): string | undefined {
  const code: unknown = Reflect.get(Object(error), 'code')
  return typeof code === 'string' ? code : undefined
}

function placeOf(error: unknown): string | undefined {
  const place: unknown = Reflect.get(Object(error), 'place')
  return typeof place === 'string' && place !== '' ? place : undefined
}
