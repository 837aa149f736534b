import t from 'tap'
import { languageOf } from '#cli/language'
import { answerJson } from '#cli/query/answer-json'
import { answerTable, countGroups } from '#cli/query/answer-table'
import { marked } from '#cli/query/figure-text'
import type { Product } from '#protocol/messages/product'
import type { Answer } from '#sdk/answer'

const named = (zh: string, en: string) => ({ zh, en })

const PRODUCT: Product = {
  product: 'urn:baotu:product:tax',
  version: 1,
  title: named('税', 'Tax'),
  collections: [],
  disjointUnits: true,
  dimensions: [
    {
      name: 'kind',
      title: named('区县类型', 'District'),
      categories: [
        { code: 'urban', title: named('中心城区', 'urban') },
        { code: 'county', title: named('县', 'county') },
      ],
    },
  ],
  grids: [],
  columns: [
    {
      name: 'tax12',
      title: named('全年税额', 'Tax'),
      part: 'tax',
      kind: 'amount',
      unit: 'fen',
      level: 3,
    },
    { name: 'arrears', title: named('欠税', 'Arrears'), part: 'tax', kind: 'flag', level: 3 },
    { name: 'heads', title: named('人数', 'Heads'), part: 'tax', kind: 'amount', level: 3 },
  ],
  parts: [
    { name: 'tax', title: named('税务', 'Tax'), roster: ['did:web:a.example'], maxUnits: '9' },
  ],
}

const BIG = 900_719_925_474_099_312_345n

const ANSWER: Answer = {
  dimensions: ['kind'],
  measures: [
    { function: 'count', part: 'tax' },
    { function: 'sum', part: 'tax', column: 'tax12' },
    { function: 'mean', part: 'tax', column: 'tax12' },
    { function: 'share', part: 'tax', column: 'arrears' },
    { function: 'quotient', part: 'tax', column: 'tax12', over: 'heads', overPart: 'tax' },
  ],
  groups: [
    {
      codes: ['urban'],
      figures: [
        { function: 'count', count: 1_234n },
        { function: 'sum', sum: BIG },
        { function: 'mean', sum: 100n, mean: { numerator: 100_001n, denominator: 3n } },
        { function: 'share', count: 1n, share: { numerator: 1n, denominator: 8n } },
        { function: 'quotient', quotient: { numerator: 2n, denominator: 3n } },
      ],
    },
    { codes: ['county'], figures: undefined },
  ],
}

const lines = (language: 'zh' | 'en') =>
  answerTable(ANSWER, PRODUCT, language).trimEnd().split('\n')

/** Columns of a terminal: Chinese characters and full-width signs take two. */
const width = (line: string) =>
  [...line].reduce((sum, sign) => sum + (/[\u2e80-\u9fff\uff00-\uff60]/.test(sign) ? 2 : 1), 0)

t.test('figures are exact, in yuan, with thousands marks; shares in percent', async (t) => {
  const text = lines('en').join('\n')
  t.match(text, '9,007,199,254,740,993,123.45', 'beyond 2^53 and exact')
  t.match(text, ' 1,234 ')
  t.match(text, ' 333.34 ', 'a mean of fen in yuan, rounded half away from zero')
  t.match(text, ' 12.5 % ')
  t.match(text, ' 0.6667 ')
})

t.test('titles come in the language that was asked for, and every line is as wide', async (t) => {
  const zh = lines('zh')
  t.match(zh.join('\n'), /区县类型.*户数.*全年税额 合计（元）.*欠税 占比/)
  t.match(zh.join('\n'), /中心城区/)
  t.equal(new Set(zh.map(width)).size, 1)
  const en = lines('en')
  t.match(en.join('\n'), /District.*units.*Tax sum, CNY.*Arrears share/)
  t.equal(new Set(en.map(width)).size, 1)
})

t.test('a withheld group is listed with one word and nothing else', async (t) => {
  const row = lines('en').find((line) => line.includes('county')) ?? ''
  t.same(
    row
      .split(/[│|]/)
      .map((cell) => cell.trim())
      .filter((cell) => cell !== ''),
    ['county', ...new Array(5).fill('withheld')],
  )
  t.match(
    lines('zh').find((line) => line.includes(' 县 ')),
    /不披露/,
  )
  t.same(countGroups(ANSWER), { released: 1, withheld: 1 })
})

t.test('programs get exact texts and codes', async (t) => {
  t.match(answerJson(ANSWER, PRODUCT), {
    groups: [
      { codes: ['urban'], released: true, figures: ['1234', `${BIG}`, '100001/3', '1/8', '2/3'] },
      { codes: ['county'], released: false, figures: null },
    ],
  })
})

t.test('a program can tell which figure is which where a measure gives two', async (t) => {
  const [count, , , share] = ANSWER.measures
  if (count === undefined || share === undefined) throw new Error('measures')
  const spread = { function: 'var', part: 'tax', column: 'tax12' } as const
  const measures = [spread, count, share]
  const variance = {
    mean: { numerator: 5n, denominator: 2n },
    variance: { numerator: 7n, denominator: 3n },
  }
  const figures = [
    { function: 'var', sum: 10n, sumOfSquares: 39n, ...variance },
    { function: 'count', count: 4n },
    { function: 'share', count: 1n, share: { numerator: 1n, denominator: 4n } },
  ] as const
  const answer = { ...ANSWER, measures, groups: [{ codes: ['urban'], figures }] }
  t.match(answerJson(answer, PRODUCT), {
    columns: [
      { measure: 0, name: 'mean' },
      { measure: 0, name: 'variance' },
      { measure: 1, name: 'count' },
      { measure: 2, name: 'share' },
    ],
    groups: [{ figures: ['5/2', '7/3', '4', '1/4'] }],
  })
})

t.test('thousands marks leave small numbers and fractions alone', async (t) => {
  t.same(['0', '999', '1000', '-1234567.89'].map(marked), ['0', '999', '1,000', '-1,234,567.89'])
})

t.test('the language is the named one, else the locale’s', async (t) => {
  t.equal(languageOf('en', 'zh-CN'), 'en')
  t.equal(languageOf(undefined, 'zh-CN'), 'zh')
  t.equal(languageOf(undefined, 'de-DE'), 'en')
})
