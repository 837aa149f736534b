import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** Source text by path relative to the project root, with `/`. */
export type Sources = ReadonlyMap<string, string>

/** What one module names. Specifiers of ours are resolved to paths; packages stay as written. */
export interface ModuleImports {
  /** Everything it names, types included. */
  readonly named: readonly string[]
  /** What is loaded when it runs: imports that stay after type stripping, and worker entries. */
  readonly loaded: readonly string[]
}

export const PROJECT_ROOT = path.resolve(import.meta.dirname, '..', '..')

const SKIPPED = new Set(['node_modules', 'dist', 'coverage'])
const STATEMENT = /^\s*(?:import|export)\b(?:[^'"`;]*?\bfrom)?\s*['"]([^'"]+)['"]/gm
const CALLS = [
  /\bimport\(\s*['"]([^'"]+)['"]/g,
  /\bimport\.meta\.resolve\(\s*['"]([^'"]+)['"]/g,
  /\bnew URL\(\s*['"](\.{1,2}\/[^'"]+\.[mc]?[jt]s)['"],\s*import\.meta\.url/g,
]

/** Every TypeScript file of the project. */
export function readSources(root = PROJECT_ROOT): Sources {
  const sources = new Map<string, string>()
  for (const file of filesBelow(root, '')) {
    if (/\.[mc]?ts$/.test(file)) sources.set(file, readFileSync(path.join(root, file), 'utf8'))
  }
  return sources
}

/** All files below the root that belong to the project, dot folders and packages left out. */
export function filesBelow(root: string, below: string): string[] {
  return readdirSync(path.join(root, below), { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith('.') || SKIPPED.has(entry.name)) return []
    const file = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.isDirectory()) return filesBelow(root, file)
    return entry.isFile() ? [file] : []
  })
}

const known = new Map<string, ModuleImports>()

/** What a module names and loads. `verbatimModuleSyntax`: only `import type` is never loaded. */
export function importsOf(file: string, source: string): ModuleImports {
  const key = `${file}\0${source}`
  const imports = known.get(key) ?? readImports(file, source)
  known.set(key, imports)
  return imports
}

function readImports(file: string, source: string): ModuleImports {
  const statements = [...source.matchAll(STATEMENT)]
  const running = statements.filter(([text]) => !/^\s*(?:import|export)\s+type\b/.test(text))
  const calls = CALLS.flatMap((pattern) => [...source.matchAll(pattern)])
  const resolved = (matches: readonly RegExpMatchArray[]) =>
    matches.map((match) => resolveSpecifier(file, match[1] ?? ''))
  return { named: resolved([...statements, ...calls]), loaded: resolved([...running, ...calls]) }
}

/** All modules that run when `entry` runs, itself first, workers included; packages left out. */
export function closureOf(entry: string, sources: Sources): string[] {
  const seen = new Set([entry])
  for (const file of seen) {
    const source = sources.get(file)
    if (source === undefined) continue
    for (const target of importsOf(file, source).loaded) if (isOurs(target)) seen.add(target)
  }
  return [...seen]
}

/** How `entry` comes to load `target`: the chain of modules, for a message that helps. */
export function pathTo(entry: string, target: string, sources: Sources): string[] {
  const from = new Map<string, string | undefined>([[entry, undefined]])
  for (const [file] of from) {
    const source = sources.get(file)
    if (source === undefined) continue
    for (const next of importsOf(file, source).loaded) {
      if (isOurs(next) && !from.has(next)) from.set(next, file)
    }
  }
  const chain: string[] = []
  for (let at: string | undefined = target; at !== undefined; at = from.get(at)) chain.unshift(at)
  return chain
}

/** The top-level folder of a module of ours. */
export function folderOf(file: string): string {
  return file.split('/')[0] ?? ''
}

/** True for a path inside the project, false for a package. */
export function isOurs(target: string): boolean {
  return target.includes('/') && /\.[mc]?[jt]s$|\.json$/.test(target) && !target.startsWith('@')
}

function resolveSpecifier(file: string, specifier: string): string {
  if (specifier.startsWith('#')) return `${specifier.slice(1)}.ts`
  if (!specifier.startsWith('.')) return specifier
  return path.posix.join(path.posix.dirname(file), specifier)
}
