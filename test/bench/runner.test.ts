import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import t from 'tap'
import type { BenchmarkResult } from '#bench/result'
import { renderDocument } from '#bench/runner/document'
import { median, race } from '#bench/runner/measure'
import { type BenchmarkRecord, checkResults, keepRecord, readRecords } from '#bench/runner/records'
import { report, summary } from '#bench/runner/report'
import { verdictOf } from '#bench/runner/verdict'

const ROOT = path.resolve(import.meta.dirname, '../..')

const result = (over: Partial<BenchmarkResult> = {}): BenchmarkResult => ({
  name: 'a | b',
  unit: 'ms',
  value: 39.876_543_21,
  anchor: { name: 'peer', value: 80 },
  ratio: 0.5,
  ...over,
})

const record = (over: Partial<BenchmarkRecord> = {}): BenchmarkRecord => ({
  benchmark: 'made',
  date: '2026-06-01',
  quick: false,
  machine: { cpu: 'cpu', cores: 2, platform: 'linux x64', node: '24.0.0', load: 0.5 },
  results: [result()],
  ...over,
})

t.test('the document is what the results generate', async (t) => {
  const records = await readRecords(path.join(ROOT, 'bench/results'))
  const document = await readFile(path.join(ROOT, 'docs/benchmarks.md'), 'utf8')
  t.equal(document, renderDocument(records))
  const changed = records.map((kept) => ({
    ...kept,
    results: kept.results.map((one) => ({ ...one, value: one.value + 1 })),
  }))
  t.not(document, renderDocument(changed), 'another figure gives another document')
})

t.test('what is published names no host and no path', async (t) => {
  const records = await readRecords(path.join(ROOT, 'bench/results'))
  for (const { benchmark, machine } of records) {
    t.same(Object.keys(machine).sort(), ['cores', 'cpu', 'load', 'node', 'platform'], benchmark)
  }
  t.notMatch(JSON.stringify(records), /\/(home|tmp|root|work|Users)\//)
})

t.test('verdicts', async (t) => {
  const atMost = (limit: number) => ({ ratio: limit, direction: 'at-most' }) as const
  const cases: [Partial<BenchmarkResult>, string | undefined][] = [
    [{}, undefined],
    [{ target: atMost(0.5) }, 'pass'],
    [{ target: atMost(0.49) }, 'miss'],
    [{ target: { value: 39, direction: 'at-most' } }, 'miss'],
    [{ target: { value: 39, direction: 'at-least' } }, 'pass'],
    [{ target: atMost(1), ratio: Number.NaN }, 'miss'],
  ]
  for (const [over, expected] of cases) t.equal(verdictOf(result(over)), expected)
  const { ratio: _ratio, ...unrelated } = result({ target: atMost(1) })
  t.equal(verdictOf(unrelated), 'miss', 'a ratio that was not measured reaches nothing')
})

t.test('table and document show ratio, figure, anchor and verdict', async (t) => {
  const target = { value: 40, direction: 'at-most' } as const
  const made = record({ results: [result({ target, note: 'sizes' }), result({ anchor: 'bare' })] })
  const document = renderDocument([made])
  t.match(document, '| a \\| b | 0.5 × | ≤ 40 ms | pass |  39.9 ms | peer: 80 ms |')
  t.match(document, '- a | b: sizes')
  const printed = report(made)
  for (const text of ['0.5 ×', '39.9 ms', 'peer: 80 ms', '≤ 40 ms', 'pass', 'bare']) {
    t.match(printed, text)
  }
  t.equal(summary(made.results), '1 of 1 targets reached')
  t.equal(summary([result()]), '')
})

t.test('a quick run never replaces a full one', async (t) => {
  const folder = t.testdir()
  const quick = record({ quick: true, date: '2026-06-02' })
  t.equal(await keepRecord(folder, quick), true, 'nothing there yet')
  t.equal(await keepRecord(folder, record()), true)
  t.equal(await keepRecord(folder, quick), false)
  const [kept] = await readRecords(folder)
  t.match(kept, { quick: false, date: '2026-06-01' })
  t.equal(kept?.results[0]?.value, 39.8765, 'rounded to six digits')
})

t.test('results of another shape, and records that are none, refuse', async (t) => {
  t.same(checkResults('made', [result()]), [result()])
  for (const wrong of [
    undefined,
    {},
    [{}],
    [{ ...result(), value: '1' }],
    [{ ...result(), x: 1 }],
  ]) {
    t.throws(() => checkResults('made', wrong), /benchmark made/)
  }
  const folder = t.testdir()
  await keepRecord(folder, record())
  await writeFile(path.join(folder, 'other.json'), JSON.stringify(record()))
  await t.rejects(readRecords(folder), /another benchmark/)
})

t.test('contenders run in turn, a first round of each untimed', async (t) => {
  const order: string[] = []
  const [first, second] = await race(2, [() => order.push('a'), () => order.push('b')])
  t.equal(order.join(''), 'ababab')
  t.match([first, second], [{ rounds: 2 }, { rounds: 2 }])
  t.equal(median([3, 1, 2]), 2)
  t.equal(median([4, 1, 2, 3]), 2.5)
})
