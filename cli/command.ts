import type { Random } from '#crypto/random'
import type { Language } from './language.ts'

/** What a command is given of the outside world. */
export interface CommandIo {
  readonly stdout: { readonly write: (text: string) => unknown }
  readonly stderr: { readonly write: (text: string) => unknown }
  readonly cwd: string
  readonly now: () => number
  readonly random: Random
  /** Settles when the user wants to stop (Ctrl-C, SIGTERM). */
  readonly interrupted: AbortSignal
  /** Asks a yes-or-no question; false where nobody can answer. */
  readonly confirm: (question: string) => Promise<boolean>
}

/** How `baotu` ends; documented in `baotu help` and README.md. */
export const EXIT = {
  ok: 0,
  /** Something went wrong that is nobody's wording. */
  failed: 1,
  /** The command line or a file that it names has to be mended. */
  usage: 2,
  /** The question was refused, or its session voided. */
  refused: 3,
  /** The space is not up. */
  notUp: 4,
} as const

/** One subcommand with its own help. */
export interface Command {
  /** The words after `baotu`, e.g. `space check`. */
  readonly name: string
  readonly summary: Readonly<Record<Language, string>>
  /** Usage, options and examples, as printed by `baotu help <name>`. */
  readonly help: Readonly<Record<Language, string>>
  readonly run: (argv: readonly string[], io: CommandIo) => Promise<number>
}

/** The command line cannot be understood. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  readonly code = 'CLI_USAGE'
}

/** The space that a command needs is not up. */
export class NotUpError extends Error {
  override readonly name = 'NotUpError'
  readonly code = 'SPACE_NOT_UP'
}
