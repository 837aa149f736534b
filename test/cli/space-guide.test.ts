import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import t from 'tap'
import { runBaotu } from '#cli/run'
import { systemRandom } from '#crypto/random'
import { partyLogSigner } from '#evidence/log-keys'
import type { Product } from '#protocol/messages/product'
import { readSecret } from '#runtime/secret-source'
import { PROJECT_ROOT } from '#test/support/import-graph'
import type { TapTest } from '#test/support/tap-test'
import { openIn } from '../connectors/sources/opening.ts'

// docs/space-files.md, executed: its files, its commands, and every row of its tables of rules.

const GUIDE = readFileSync(path.join(PROJECT_ROOT, 'docs', 'space-files.md'), 'utf8')
const title = { zh: 'x', en: 'x' }

t.test('the files of the guide are a space that answers as the guide prints it', async (t) => {
  t.setTimeout(240_000)
  const cwd = mkdtempSync(path.join(os.tmpdir(), 'baotu-guide-'))
  t.teardown(() => rmSync(cwd, { recursive: true, force: true }))
  for (const [, file = '', text = ''] of GUIDE.matchAll(/^```\w+ file=(\S+)\n([\s\S]*?)^```$/gm)) {
    writeFileSync(path.join(cwd, file), text)
  }
  const examples = [...GUIDE.matchAll(/^```console\n\$ baotu (.*)\n([\s\S]*?)^```$/gm)]
  t.equal(examples.length, 2)
  for (const [, command = '', expected = ''] of examples) {
    const { code, out, err } = await baotu(cwd, command.split(' '))
    t.equal(
      out.replace(/; evidence .*/, '; evidence …'),
      expected.replace(/; evidence .*/, '; evidence …'),
      err,
    )
    t.equal(code, 0, command)
  }
  for (const party of ['operator', 'release', 'lender']) {
    const [origin] = readFileSync(
      path.join(cwd, `public/${party}.example/checkpoint`),
      'utf8',
    ).split('\n')
    t.equal(origin, `${party}.example/urn:example:space:loans`, 'published as the guide says')
  }
  const [anchored = ''] = readFileSync(path.join(cwd, 'anchors.jsonl'), 'utf8').split('\n')
  t.same(Object.keys(JSON.parse(anchored)), ['origin', 'size', 'checkpoint'])
  const folder = path.join(cwd, 'public/operator.example')
  const vkey = await operatorKey(cwd)
  writeFileSync(path.join(cwd, 'trust'), `log ${vkey}\nquorum none\n`)
  const [, rules = ''] = /`(\{"require": [^`]*\})`/.exec(GUIDE) ?? []
  writeFileSync(path.join(cwd, 'rules'), rules)
  const verify = ['evidence', 'verify', folder, '--policy', 'trust', '--rules', 'rules', '--json']
  const { code, out } = await baotu(cwd, verify)
  t.equal(code, 0, out)
  t.match(JSON.parse(out).logs, [{ origin: 'operator.example/urn:example:space:loans' }])
})

async function operatorKey(cwd: string): Promise<string> {
  const did = 'did:web:operator.example'
  const folder = path.join(cwd, '.baotu/loans/parties/operator.example')
  using wrappingKey = await readSecret({ file: 'wrapping-key' }, folder)
  const root = { did, spaceId: 'urn:example:space:loans', wrappingKey }
  return partyLogSigner(root).verifier.vkey
}

async function baotu(cwd: string, argv: readonly string[]) {
  const said = { out: '', err: '' }
  const to = (stream: 'out' | 'err') => ({
    write: (text: string) => {
      said[stream] += text
      return true
    },
  })
  const code = await runBaotu(argv, {
    stdout: to('out'),
    stderr: to('err'),
    cwd,
    now: () => Date.now(),
    random: systemRandom,
    interrupted: new AbortController().signal,
    confirm: async () => false,
  })
  return { code, ...said }
}

interface Example {
  readonly rule: Readonly<Record<string, unknown>>
  readonly cell: string
  readonly gives: string
}

const unquoted = (text: string) => text.trim().replace(/^`|`$/g, '')

/** The rows of the table behind a marker; each with a column of its own, named by its index. */
function examplesOf(marker: string): readonly Example[] {
  const [, table = ''] = GUIDE.split(`<!-- ${marker} -->`)
  const lines = table.trimStart().split('\n')
  const rows = lines.slice(2, lines.indexOf(''))
  return rows.map((line, index) => {
    const [, rule = '', cell = '', gives = ''] = line.split(/(?<!\\)\|/)
    const own = unquoted(rule).replaceAll('"column": "x"', `"column": "x${index}"`)
    return { rule: JSON.parse(own), cell: unquoted(cell), gives: unquoted(gives) }
  })
}

interface Fields {
  readonly fields: object
  readonly dimensions?: Product['dimensions']
  readonly columns?: Product['columns']
}

async function sourceOf(
  t: TapTest,
  examples: readonly Example[],
  { fields, dimensions = [], columns = [] }: Fields,
) {
  const quote = (cell: string) => `"${cell.replaceAll('"', '""')}"`
  const names = examples.map((_, index) => `x${index}`)
  const cells = examples.map(({ cell }) => quote(cell))
  const folder = t.testdir({ 'rows.csv': `id,${names.join(',')}\n1,${cells.join(',')}\n` })
  const source = { kind: 'files', files: [{ path: 'rows.csv', format: 'csv' }] }
  const document = { part: 'p', source, unit: { key: { column: 'id' } }, fields }
  const roster = ['did:web:p.example']
  const product = {
    product: 'urn:baotu:product:guide',
    version: 1,
    title,
    collections: [],
    disjointUnits: true,
    grids: [],
    parts: [{ name: 'p', title, roster, maxUnits: '9' }],
  }
  return await openIn(folder, document, { ...product, dimensions, columns })
}

const question = { part: 'p', groupBy: [], where: [], amounts: [], flags: [] }
const limits = { deadlineMs: 60_000 }

t.test('every text expression gives what the guide says', async (t) => {
  const examples = examplesOf('texts')
  t.ok(examples.length >= 14)
  const dimensions = examples.map(({ gives }, index) => {
    return { name: `f${index}`, title, categories: [{ code: gives, title }] }
  })
  const fields = Object.fromEntries(
    examples.map(({ rule }, index) => [`f${index}`, { from: rule }]),
  )
  await using source = await sourceOf(t, examples, { fields, dimensions })
  t.match(await source.check(), { rows: 1n }, 'every cell became the one code of its dimension')
})

const RANGE: [string, string] = ['-10000000000000000000', '10000000000000000000']

t.test('every number is what the guide says, or refused', async (t) => {
  const examples = examplesOf('numbers')
  t.ok(examples.length >= 14)
  const isRefused = ({ gives }: Example) => gives === 'refused'
  const open = (only: (example: Example, index: number) => boolean) => {
    const chosen = examples.flatMap((example, index) => (only(example, index) ? [index] : []))
    const fields = chosen.map((index) => [`f${index}`, examples[index]?.rule])
    const columns = chosen.map((index) => {
      return {
        name: `f${index}`,
        title,
        part: 'p',
        kind: 'amount' as const,
        unit: 'fen',
        range: RANGE,
        level: 1,
      }
    })
    return sourceOf(t, examples, { fields: Object.fromEntries(fields), columns })
  }
  await using source = await open((example) => !isRefused(example))
  const [lower, upper] = [BigInt(RANGE[0]), BigInt(RANGE[1])]
  const good = examples.flatMap((example, index) =>
    isRefused(example) ? [] : [{ ...example, index }],
  )
  const amounts = good.map(({ index }) => ({ column: `f${index}`, lower, upper, squares: false }))
  const [group] = await source.run({ ...question, amounts }, limits)
  const sums = group?.amounts.map(({ sum }) => String(sum))
  t.strictSame(
    sums,
    good.map(({ gives }) => gives),
  )
  await using refusing = await open(isRefused)
  await t.rejects(refusing.check(), { code: 'MAPPING_REFUSED' })
})

t.test('every flag is what the guide says', async (t) => {
  const examples = examplesOf('flags')
  const columns = examples.map((_, index) => {
    return { name: `f${index}`, title, part: 'p', kind: 'flag' as const, level: 1 }
  })
  const fields = Object.fromEntries(
    examples.map(({ rule }, index) => [`f${index}`, { from: rule }]),
  )
  await using source = await sourceOf(t, examples, { fields, columns })
  const flags = examples.map((_, index) => `f${index}`)
  const [group] = await source.run({ ...question, flags }, limits)
  t.strictSame(
    group?.flags.map(String),
    examples.map(({ gives }) => gives),
  )
})
