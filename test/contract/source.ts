import type { Source } from '#connectors/sources/source'
import type { TapTest } from '#test/support/tap-test'
import { type MeantRow, meantRows, questions, reference } from './source-rows.ts'

/** Makes a source over rows that mean `rows`, however the engine keeps and reads them. */
export type OpenSourceOver = (rows: readonly MeantRow[]) => Promise<Source>

const ROWS = meantRows(1500)
const ANY_TIME = { deadlineMs: 60_000 }

/** What every source promises, whatever stands behind it. */
export async function sourceContract(t: TapTest, open: OpenSourceOver): Promise<void> {
  await using source = await open(ROWS)

  await t.test('reports sizes and a version that stays', async (t) => {
    const report = await source.check()
    t.equal(report.rows, BigInt(ROWS.length))
    t.equal(report.units, BigInt(new Set(ROWS.map(({ group, key }) => group || key)).size))
    t.match(report.version, /^sha256-[0-9a-f]{64}$/)
    t.equal(await source.version(), report.version)
  })

  for (const [name, question] of Object.entries(questions)) {
    await t.test(`${name}: exactly the integers of the reference`, async (t) => {
      t.strictSame(await source.run(question, ANY_TIME), reference(ROWS, question))
    })
  }

  await t.test('questions at the same time do not mix', async (t) => {
    const asked = Object.values(questions)
    const answers = await Promise.all(asked.map((question) => source.run(question, ANY_TIME)))
    t.strictSame(
      answers,
      asked.map((question) => reference(ROWS, question)),
    )
  })

  await t.test('fields, codes and ranges that are not there are refused', async (t) => {
    const amount = { column: 'tax', lower: 0n, upper: 1n, squares: false }
    const blank = { part: 'tax', groupBy: [], where: [], amounts: [], flags: [] }
    const wrong = [
      { ...blank, flags: ['tax'] },
      { ...blank, amounts: [{ ...amount, column: 'tax"; DROP TABLE relation; --' }] },
      { ...blank, amounts: [{ ...amount, lower: 2n }] },
      { ...blank, amounts: [{ ...amount, upper: 1n << 81n }] },
      { ...blank, groupBy: [{ dimension: 'section', codes: ["A') OR 1=1 --"] }] },
      { ...blank, where: [{ column: 'section', operator: 'isAnyOf', codes: ['Z'] } as const] },
    ]
    for (const question of wrong) {
      await t.rejects(source.run(question, ANY_TIME), { code: 'QUESTION_REFUSED' })
    }
  })

  await t.test('explains without answering', async (t) => {
    const [question] = Object.values(questions)
    const plan = question && (await source.explain(question))
    t.match(plan, /scan|read/i)
  })

  await t.test('an aborted or late run refuses and the next one answers', async (t) => {
    const [question] = Object.values(questions)
    if (question === undefined) return
    const signal = AbortSignal.abort()
    await t.rejects(source.run(question, { ...ANY_TIME, signal }), { code: 'SOURCE_ABORTED' })
    const later = new AbortController()
    const aborted = source.run(question, { ...ANY_TIME, signal: later.signal })
    later.abort()
    await t.rejects(aborted, { code: 'SOURCE_ABORTED' })
    await t.rejects(source.run(question, { deadlineMs: 0 }), { code: 'SOURCE_DEADLINE' })
    t.strictSame(await source.run(question, ANY_TIME), reference(ROWS, question))
  })

  await t.test('closed, it refuses', async (t) => {
    await source[Symbol.asyncDispose]()
    const [question] = Object.values(questions)
    if (question === undefined) return
    await t.rejects(source.run(question, ANY_TIME), { code: 'SOURCE_CLOSED' })
    await t.rejects(source.version(), { code: 'SOURCE_CLOSED' })
  })
}
