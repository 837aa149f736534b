import type { Static, TSchema } from 'typebox'
import { Compile } from 'typebox/schema'
import { openObjects } from './closed-schema.ts'
import { readJsonFile } from './json-file.ts'
import { pointerBelow, valueAt } from './json-pointer.ts'
import type { JsonDocument } from './json-text.ts'
import { nearestWord } from './nearest-word.ts'

/** Public: listed in docs/errors.md, never renamed. */
export type ConfigProblemCode = 'CONFIG_UNKNOWN_KEY' | 'CONFIG_MISSING_KEY' | 'CONFIG_BAD_VALUE'

export type ConfigErrorCode = 'CONFIG_INVALID' | 'CONFIG_SCHEMA_OPEN'

/** One thing to mend. `text` names keys, rules and places, never a value from the file. */
export interface ConfigProblem {
  readonly code: ConfigProblemCode
  /** RFC 6901, of the unknown key itself, of the bad value, or of the missing key. */
  readonly pointer: string
  readonly line: number
  readonly column: number
  readonly text: string
}

/** All that is wrong with a file at once, one line each, in the order of the file. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly code: ConfigErrorCode
  readonly problems: readonly ConfigProblem[]

  constructor(code: ConfigErrorCode, message: string, problems: readonly ConfigProblem[] = []) {
    super(message)
    this.code = code
    this.problems = problems
  }
}

/**
 * Reads one party's configuration file. A key that the schema does not declare refuses, with the
 * nearest key that it does; nothing is coerced, defaulted or removed.
 *
 * @throws ConfigError, JsonFileError, JsonError
 */
export async function loadConfig<S extends TSchema>(path: string, schema: S): Promise<Static<S>> {
  return checkConfig(await readJsonFile(path), schema, path)
}

/** The same check for a document that was read before; `path` only serves the message. */
export function checkConfig<S extends TSchema>(
  document: JsonDocument,
  schema: S,
  path: string,
): Static<S> {
  refuseOpenSchema(schema)
  const validator = Compile(schema)
  if (validator.Check(document.value)) return document.value as Static<S>
  const [, errors] = validator.Errors(document.value)
  const problems = errors.flatMap((error) => problemsOf(error, schema, document))
  problems.sort((a, b) => a.line - b.line || a.column - b.column)
  const lines = problems.map(({ line, column, text }) => `  ${path}:${line}:${column} ${text}`)
  throw new ConfigError('CONFIG_INVALID', [`${path} is not valid`, ...lines].join('\n'), problems)
}

/**
 * The one place that reads the environment, and only for what a configuration file names: there
 * are no settings in the environment that nobody wrote down.
 */
export function readEnvironment(name: string): string | undefined {
  // biome-ignore lint/style/noProcessEnv: the one place, see above
  return process.env[name]
}

interface SchemaViolation {
  readonly keyword: string
  readonly schemaPath: string
  readonly instancePath: string
  readonly params: object
}

function refuseOpenSchema(schema: TSchema): void {
  const open = openObjects(schema)
  if (open.length === 0) return
  throw new ConfigError(
    'CONFIG_SCHEMA_OPEN',
    `schema would ignore unknown keys at ${open.join(' ')}`,
  )
}

function problemsOf(
  violation: SchemaViolation,
  schema: TSchema,
  document: JsonDocument,
): ConfigProblem[] {
  const { keyword, instancePath: place } = violation
  const below = (key: string) => pointerBelow(place, key)
  if (keyword === 'additionalProperties') {
    const known = Object.keys(
      Object(valueAt(schema, `${violation.schemaPath.slice(1)}/properties`)),
    )
    return namesIn(violation.params, keyword).map((key) =>
      problem('CONFIG_UNKNOWN_KEY', below(key), document, unknownKey(key, known)),
    )
  }
  if (keyword === 'required') {
    return namesIn(violation.params, 'requiredProperties').map((key) =>
      problem('CONFIG_MISSING_KEY', below(key), document, `missing key \`${key}\``),
    )
  }
  // The same unknown key, told a second time.
  if (keyword === 'boolean') return []
  return [problem('CONFIG_BAD_VALUE', place, document, `value breaks rule \`${keyword}\``)]
}

function problem(
  code: ConfigProblemCode,
  pointer: string,
  document: JsonDocument,
  text: string,
): ConfigProblem {
  return { code, pointer, ...document.positionOf(pointer), text: `${text} (${pointer || 'root'})` }
}

function unknownKey(key: string, known: readonly string[]): string {
  const meant = nearestWord(key, known)
  return `unknown key \`${key}\`${meant ? `, did you mean \`${meant}\`?` : ''}`
}

function namesIn(params: object, key: string): string[] {
  const names: unknown = Reflect.get(params, key)
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : []
}
