import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { PolicyError, type PolicyErrorCode, type Problem } from '#policies/errors'
import { loadPolicy } from '#policies/load'
import type { Policy } from '#policies/policy'
import { PROBLEM_TITLES } from '#policies/problem-titles'
import type { Label } from '#policies/vocabulary-document'
import { UsageError } from '../command.ts'

/** A policy file that was found, with its text. */
export interface PolicyFile {
  readonly name: string
  readonly text: string
}

const OTHER_ENDINGS = ['.policytest.json', '.golden.json', '.schema.json']

/** The policy files under some paths: files as named, of folders every `*.json` at any depth. */
export function policyFiles(paths: readonly string[], cwd: string): readonly PolicyFile[] {
  if (paths.length === 0) throw new UsageError('a policy file or folder is missing')
  const isPolicy = (name: string) =>
    name.endsWith('.json') && !OTHER_ENDINGS.some((ending) => name.endsWith(ending))
  return paths.flatMap((one) => filesAt(one, cwd, isPolicy))
}

/** The policy test files under some paths. */
export function testFiles(paths: readonly string[], cwd: string): readonly PolicyFile[] {
  if (paths.length === 0) throw new UsageError('a test file or folder is missing')
  const files = paths.flatMap((one) =>
    filesAt(one, cwd, (name) => name.endsWith('.policytest.json')),
  )
  if (files.length === 0) throw new UsageError('there is no *.policytest.json')
  return files
}

/** Loads every policy; a file that cannot be loaded is told with its name. */
export function loadPolicies(paths: readonly string[], cwd: string): readonly Policy[] {
  return policyFiles(paths, cwd).map(({ name, text }) => placed(name, () => loadPolicy(text)))
}

/**
 * The policy that a test file means by a name: a file beside it with that name, with `.json` added,
 * or the only one that begins with the name and a hyphen.
 */
export function loadBeside(testFile: string, name: string): Policy {
  const wanted = path.resolve(path.dirname(testFile), name)
  const exact = [wanted, `${wanted}.json`].find(
    (file) => existsSync(file) && statSync(file).isFile(),
  )
  const folder = path.dirname(wanted)
  const begun = existsSync(folder)
    ? readdirSync(folder).filter((file) => file.startsWith(`${path.basename(wanted)}-`))
    : []
  const file = exact ?? (begun.length === 1 ? path.join(folder, begun[0] ?? '') : undefined)
  if (file === undefined)
    throw new UsageError(`${path.basename(testFile)} names a policy that is not there`)
  return placed(path.basename(file), () => loadPolicy(readFileSync(file, 'utf8')))
}

/** Reads one file named on the command line. */
export function readNamed(name: string, cwd: string): string {
  const file = path.resolve(cwd, name)
  if (!existsSync(file) || !statSync(file).isFile()) throw new UsageError(`no such file: ${name}`)
  return readFileSync(file, 'utf8')
}

/** A refusal with the file it is about, in both languages. */
export class PlacedError extends Error {
  override readonly name = 'PlacedError'
  readonly code: PolicyErrorCode
  readonly place: string
  readonly words: Label

  constructor(file: string, { code, pointer, reason }: Problem) {
    const { en, zh } = PROBLEM_TITLES[code]
    super(`${en}: ${reason}`)
    this.code = code
    this.place = `${file}${pointer === '' ? '' : `#${pointer}`}`
    this.words = { en: this.message, zh: `${zh}：${reason}` }
  }
}

/** Reads with the name of the file at hand: a refusal says which file it is about. */
export function placed<T>(file: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof PolicyError) throw new PlacedError(file, error.problems[0] as Problem)
    throw error
  }
}

function filesAt(
  name: string,
  cwd: string,
  wanted: (name: string) => boolean,
): readonly PolicyFile[] {
  const file = path.resolve(cwd, name)
  if (!existsSync(file)) throw new UsageError(`no such file or folder: ${name}`)
  const found = statSync(file).isDirectory()
    ? readdirSync(file, { recursive: true, encoding: 'utf8' })
        .filter(wanted)
        .sort()
        .map((one) => path.join(file, one))
    : [file]
  return found.map((one) => ({
    name: path.relative(cwd, one) || one,
    text: readFileSync(one, 'utf8'),
  }))
}
