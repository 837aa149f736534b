import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { RUNTIME_PROBLEMS } from '#runtime/runtime-problems'
import { DOCUMENTED_CODES, errorsDocument } from '#tools/errors/errors-document'

const PROJECT = path.resolve(import.meta.dirname, '../..')
const FOLDERS = [
  ...['authority', 'cli', 'connectors', 'crypto', 'evidence', 'gateway', 'party', 'policies'],
  ...['protocol', 'release', 'runtime', 'sdk', 'tools'],
]

// How the house declares a code: a closed union, the one code of a class, a code put on an error.
const UNION = /export type \w*Code\s*=((?:\s*[|'&][^\n]*)+)/g
const CLASS = /readonly code(?:: \w+)? = '([A-Z][A-Z0-9_]*)'/g
const ASSIGNED = /Object\.assign\(new Error\([^)]*\), \{ code: '([A-Z][A-Z0-9_]*)'/g
const CODE = /'([A-Z][A-Z0-9_]*)(?:\{([A-Z])\})?'/g
const DECISIONS = /export const DECISION_CODES = \[([^\]]*)\]/g

/** The codes that one source text declares; braces are spelled with an underscore on wires. */
function codesIn(text: string): string[] {
  const lists = [...text.matchAll(UNION), ...text.matchAll(DECISIONS)].map(([, list = '']) => list)
  const listed = lists.flatMap((list) => [...list.matchAll(CODE)])
  return [
    ...listed.map(([, code, brace]) => (brace === undefined ? `${code}` : `${code}_${brace}`)),
    ...[...text.matchAll(CLASS), ...text.matchAll(ASSIGNED)].map(([, code]) => `${code}`),
  ]
}

function declaredCodes(): Set<string> {
  const files = FOLDERS.flatMap((folder) => globSync(`${folder}/**/*.ts`, { cwd: PROJECT }))
  const texts = files.map((file) => readFileSync(path.join(PROJECT, file), 'utf8'))
  const codes = new Set([...texts.flatMap(codesIn), ...Object.keys(RUNTIME_PROBLEMS)])
  // The one decision that is no refusal.
  codes.delete('PERMIT')
  return codes
}

t.test('every code is documented, and every documented one exists', async (t) => {
  const declared = declaredCodes()
  t.ok(declared.size > 200, 'the sources were read')
  t.same([...declared.difference(DOCUMENTED_CODES)].sort(), [], 'not documented')
  t.same([...DOCUMENTED_CODES.difference(declared)].sort(), [], 'documented, but gone')
})

t.test('the scan sees every way of declaring a code', async (t) => {
  const text = [
    "export type AErrorCode =\n  | 'A_ONE'\n  | 'A_TWO'\n\nexport const x = 'NO_CODE'",
    "export type BCode = 'B_ONE' | 'B_TWO'",
    "class C { readonly code: BCode = 'C_ONE' }",
    "throw Object.assign(new Error(kind), { code: 'D_ONE' })",
    "export const DECISION_CODES = ['E_ONE', 'E{P}'] as const",
  ].join('\n')
  t.same(codesIn(text).sort(), [
    'A_ONE',
    'A_TWO',
    'B_ONE',
    'B_TWO',
    'C_ONE',
    'D_ONE',
    'E_ONE',
    'E_P',
  ])
})

t.test('docs/errors.md is the one that the tables give', async (t) => {
  const text = readFileSync(path.join(PROJECT, 'docs/errors.md'), 'utf8')
  t.equal(text, errorsDocument(), 'run node tools/errors/write.ts')
})
