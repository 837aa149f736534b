import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const OUTSIDE = ['node_modules', 'dist', 'test', '.git', '.tap', '.baotu', 'shared']
const IMPORT = /(?:from|import)\s+'([^']+)'/g
const WORKER = /new URL\('(\.[^']+\.ts)'/g

async function sourceFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const found = entries.map(async (entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return OUTSIDE.includes(entry.name) ? [] : sourceFiles(path)
    return /\.(ts|mjs|js)$/.test(entry.name) ? [path] : []
  })
  return (await Promise.all(found)).flat()
}

const files = await sourceFiles(root)
const sources = new Map(
  await Promise.all(
    files.map(async (path) => [relative(root, path), await readFile(path, 'utf8')] as const),
  ),
)

/** Files whose code, comments aside, matches. */
function naming(pattern: RegExp): readonly string[] {
  const code = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
  return [...sources]
    .filter(([, text]) => pattern.test(code(text)))
    .map(([path]) => path)
    .sort()
}

/** Every file and package that `entry` reaches through static imports and worker entries. */
function closure(entry: string, reached = new Set<string>()): ReadonlySet<string> {
  if (reached.has(entry)) return reached
  reached.add(entry)
  const text = sources.get(entry) ?? ''
  const specifiers = [...text.matchAll(IMPORT), ...text.matchAll(WORKER)].map(
    ([, name]) => name ?? '',
  )
  for (const name of specifiers) {
    if (name.startsWith('.')) closure(join(dirname(entry), name), reached)
    else if (name.startsWith('#')) closure(`${name.slice(1)}.ts`, reached)
    else reached.add(name)
  }
  return reached
}

t.test('the noise budget, an oracle on hostile ciphertexts, is asked in tests only', async (t) => {
  t.same(naming(/invariantNoiseBudget/), [])
})

t.test('secret keys exist in two files', async (t) => {
  const secret = /\b(KeyGenerator|SecretKey)\b/
  t.same(naming(secret), ['crypto/he/decrypt.ts', 'crypto/he/keys.ts'])
  t.same(naming(/\bKeyGenerator\b/), ['crypto/he/keys.ts'])
  t.same(naming(/\bDecryptor\b/), ['crypto/he/decrypt.ts'])
  t.same(naming(/saveToArray/), [
    'crypto/he/decrypt.ts',
    'crypto/he/encrypt.ts',
    'crypto/he/keys.ts',
  ])
  t.notOk(/secretKey\w*\.saveTo/i.test(sources.get('crypto/he/keys.ts') ?? ''), 'never serialised')
})

t.test('SEAL is named in crypto/he only', async (t) => {
  for (const path of naming(/from 'node-seal'|import\('node-seal'\)/)) {
    t.match(path, /^crypto\/he\//)
  }
})

t.test('what encrypts cannot decrypt, what validates does not reach SEAL', async (t) => {
  const powers = ['crypto/he/keys.ts', 'crypto/he/decrypt.ts', 'crypto/he/session.ts']
  for (const entry of ['encrypt-cell', 'encrypt-cells', 'encrypt', 'evaluate', 'wire', 'pool']) {
    const reached = closure(`crypto/he/${entry}.ts`)
    t.ok(reached.size > 3, entry)
    for (const power of powers) t.notOk(reached.has(power), `${entry} reaches ${power}`)
  }
  for (const entry of ['wire', 'evaluate', 'parameters', 'seal-bytes']) {
    t.notOk(closure(`crypto/he/${entry}.ts`).has('node-seal'), entry)
  }
  // Positive control: the same walk finds them where they belong, through the worker's entry too.
  const release = closure('crypto/he/session-cells.ts')
  for (const power of [...powers, 'node-seal']) t.ok(release.has(power), power)
})
