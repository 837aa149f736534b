import { AskError } from '#sdk/errors'
import { type CommandIo, EXIT, NotUpError, UsageError } from './command.ts'

/** Codes of what the user can mend in a file or on the command line. */
const TO_MEND =
  /^(CLI|CONFIG|JSON|SPACE|STATE|QUESTION|POLICY|MAPPING|PRODUCT|SECRET|COLUMN|FUNCTION|OPERATOR|VALUE|MEASURE|RANGE|QUERY_TOO|CAPACITY)_/

/**
 * Tells a failure on stderr, code first, and gives the exit code. A failure without a code is ours:
 * it is told with its stack, which names places of the program and no data.
 */
export function tellFailure(error: unknown, io: CommandIo): number {
  const code = codeOf(error)
  const message = error instanceof Error ? error.message : String(error)
  if (code === undefined) {
    io.stderr.write(`${error instanceof Error ? (error.stack ?? message) : message}\n`)
    return EXIT.failed
  }
  const place = placeOf(error)
  io.stderr.write(`${code}: ${message}${place === undefined ? '' : ` (${place})`}\n`)
  if (error instanceof UsageError) io.stderr.write('See `baotu help`.\n')
  if (error instanceof AskError) return EXIT.refused
  if (error instanceof NotUpError) return EXIT.notUp
  return TO_MEND.test(code) ? EXIT.usage : EXIT.failed
}

function codeOf(error: unknown): string | undefined {
  const code: unknown = Reflect.get(Object(error), 'code')
  return typeof code === 'string' ? code : undefined
}

function placeOf(error: unknown): string | undefined {
  const place: unknown = Reflect.get(Object(error), 'place')
  return typeof place === 'string' && place !== '' ? place : undefined
}
