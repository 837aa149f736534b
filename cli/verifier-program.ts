import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = path.resolve(import.meta.dirname, '..')
const VERIFIER = 'evidence/verifier.ts'
const REPLAY = 'cli/evidence-replay.ts'
const SM2_KEYS = 'evidence/sm2-keys.ts'
const TERMINAL = 'evidence/verifier-terminal.ts'

/**
 * The offline verifier with its replay as one program: `node verify.mjs <folder>` on a machine that
 * has Node and nothing else. The sources are in it as they stand, types and comments included, so
 * that a sceptic can read what judges.
 */
export function verifierProgram(): string {
  const sources = new Map<string, string>()
  for (const entry of [VERIFIER, REPLAY, SM2_KEYS, TERMINAL]) collect(entry, sources)
  const table = JSON.stringify(Object.fromEntries(sources), null, 1)
  return `${HEAD}\nconst SOURCES = ${table}\n${LOADER}`
}

// Every import statement begins a line and names a module of Node, a package, `#a/b` or `./b.ts`;
// what is missed fails the program's test.
const IMPORT = /^(?:import|export)(?! type) [^'"]*?from ['"]([^'"]+)['"]/gms

function collect(name: string, sources: Map<string, string>, file = fileOf(name)): void {
  if (sources.has(name)) return
  const source = readFileSync(file, 'utf8')
  sources.set(name, source)
  for (const [, specifier = ''] of source.matchAll(IMPORT)) {
    if (specifier.startsWith('node:')) continue
    if (specifier.startsWith('#')) collect(`${specifier.slice(1)}.ts`, sources)
    else if (specifier.startsWith('.')) {
      collect(path.posix.join(name, '..', specifier), sources, path.join(file, '..', specifier))
    } else collect(specifier, sources)
  }
}

// A name without the ending of the house is a package's.
function fileOf(name: string): string {
  return name.endsWith('.ts') ? path.join(ROOT, name) : fileURLToPath(import.meta.resolve(name))
}

const HEAD = `#!/usr/bin/env node
// 数据空间证据核验程序 / Baotu offline verifier. 用法 / usage: node verify.mjs <folder> [--policy FILE]
// One file, no network, no packages; it needs Node 24. Written by \`baotu evidence verifier\`.
import * as node from 'node:module'

if (node.registerHooks === undefined || !process.features.typescript) {
  process.stderr.write('需要 Node 24 / this program needs Node 24, not ' + process.version + '\\n')
  process.exit(2)
}
`

const LOADER = `
const nameOf = (specifier, parent) => {
  if (specifier.startsWith('#')) return specifier.slice(1) + '.ts'
  if (specifier.startsWith('.')) return new URL(specifier, parent).pathname.slice(1)
  return specifier.replace('baotu:///', '')
}
node.registerHooks({
  resolve(specifier, context, next) {
    const name = nameOf(specifier, context.parentURL ?? import.meta.url)
    const isOurs = Object.hasOwn(SOURCES, name)
    return isOurs ? { url: 'baotu:///' + name, shortCircuit: true } : next(specifier, context)
  },
  load(url, context, next) {
    if (!url.startsWith('baotu:///')) return next(url, context)
    const name = url.slice('baotu:///'.length)
    const format = name.endsWith('.ts') ? 'module-typescript' : 'module'
    return { format, source: SOURCES[name], shortCircuit: true }
  },
})
const { runVerifier } = await import('baotu:///${VERIFIER}')
const { replayAggregate } = await import('baotu:///${REPLAY}')
const { parseSm2Keys } = await import('baotu:///${SM2_KEYS}')
const { verifierTerminal } = await import('baotu:///${TERMINAL}')
process.exitCode = runVerifier(process.argv.slice(2), verifierTerminal(), {
  replay: replayAggregate,
  readSm2Keys: parseSm2Keys,
})
`
