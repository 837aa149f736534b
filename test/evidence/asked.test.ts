import t from 'tap'
import { preimageOf } from '#crypto/digest'
import { askedIn, cellsIn, codesAt } from '#evidence/asked'
import { EntryIndex } from '#evidence/entry-index'
import { findDeliveries, type Lineage, traceResult } from '#evidence/lineage'
import type { Opening } from '#evidence/opening'
import { tellStory } from '#evidence/story'
import type { Query } from '#protocol/messages/query'
import { planGroupedAggregate } from '#protocol/plans/grouped-aggregate'
import { planPreimage } from '#protocol/plans/plan'
import { requestPreimage } from '#protocol/session'
import { testProduct, testQuery, testRequest } from '../support/product.ts'
import { answered, digest } from './made-story.ts'

const PRODUCT = digest('product')
const title = (zh: string, en: string) => ({ zh, en })
const NAMES = {
  [`${PRODUCT}/section`]: title('行业门类', 'section'),
  [`${PRODUCT}/section/F`]: title('批发和零售业', 'wholesale and retail'),
  [`${PRODUCT}/district`]: title('区县', 'district'),
  [`${PRODUCT}/district/370102`]: title('历下区', 'Lixia'),
  [`${PRODUCT}/tax`]: title('近十二个月纳税额', 'tax of twelve months'),
  [`${PRODUCT}/heads`]: title('参保人数', 'insured persons'),
  [`${PRODUCT}/arrears`]: title('欠税', 'arrears'),
  'bt:purpose/inclusive-finance': title('普惠金融', 'inclusive finance'),
}

const QUESTION = testQuery({
  groupBy: ['district', 'section'],
  measures: [
    { function: 'count', part: 'tax' },
    { function: 'sum', column: 'tax' },
    { function: 'mean', column: 'heads' },
    { function: 'var', column: 'tax' },
    { function: 'ratio', column: 'arrears' },
    { function: 'ratio', column: 'tax', over: 'heads' },
  ],
  where: [
    { column: 'section', operator: 'isAnyOf', value: ['F', 'C'] },
    { column: 'size', operator: 'gteq', value: '2' },
    { column: 'size', operator: 'lt', value: '10' },
  ],
})

function openingsOf(query: Query) {
  const request = requestPreimage(testRequest({ query }))
  const plan = planPreimage(planGroupedAggregate(query, testProduct()))
  return { request, plan }
}

/** The story's records, with these digests in the place of made ones. */
function lineageOf(request: string, plan: string, verdicts: string): Lineage {
  const index = new EntryIndex()
  const swapped = new Map([
    [digest('one request'), request],
    [digest('one plan'), plan],
    [digest('one verdicts'), verdicts],
  ])
  for (const [at, draft] of answered('one').entries()) {
    const text = JSON.stringify({ ...draft, at, v: 1 })
    const own = [...swapped].reduce((told, [made, real]) => told.replaceAll(made, real), text)
    index.add('log', at, JSON.parse(own))
  }
  const [delivered] = findDeliveries(index, digest('one result'))
  if (delivered === undefined) throw new Error('no delivery')
  return traceResult(index, delivered)
}

function byDigest(...openings: readonly Opening[]): ReadonlyMap<string, Opening> {
  return new Map(openings.map((opening) => [opening.digest, opening]))
}

function told(lineage: Lineage, openings: ReadonlyMap<string, Opening>, language: 'zh' | 'en') {
  return tellStory({ lineage, openings, findings: [], names: NAMES, isReplayed: false }, language)
}

t.test('a request and its plan tell the same question', async (t) => {
  const { request, plan } = openingsOf(QUESTION)
  const lineage = lineageOf(request.digest, plan.digest, digest('sealed'))
  const signed = askedIn(lineage, byDigest(request))
  const planned = askedIn(lineage, byDigest(plan))
  t.same(signed?.groupBy, ['district', 'section'])
  t.same(planned?.groupBy, signed?.groupBy)
  t.match(signed, { purpose: 'bt:purpose/inclusive-finance' })
  t.notOk(planned && 'purpose' in planned, 'a plan does not say why')
  t.equal(askedIn(lineage, byDigest()), undefined)
  const sections = planned?.where[0]?.values.toSorted()
  t.same(sections, ['C', 'F'])
  t.same(planned?.where.slice(1), signed?.where.slice(1))
})

t.test('the question in words, from the request and from the plan', async (t) => {
  const { request, plan } = openingsOf(QUESTION)
  const lineage = lineageOf(request.digest, plan.digest, digest('sealed'))
  for (const opened of [request, plan]) {
    const english = told(lineage, byDigest(opened), 'en')
    t.match(
      english,
      'Asked for: number of units, sum of tax of twelve months, mean of insured persons, ' +
        'variance of tax of twelve months, share with arrears, ' +
        'ratio of tax of twelve months to insured persons; by district, section\n',
    )
    t.match(english, /Where: section is .*wholesale and retail \[F\].* and size is at least 2 and/)
    t.match(english, /size is less than 10\n/)
    const chinese = told(lineage, byDigest(opened), 'zh')
    t.match(
      chinese,
      '所问：户数、近十二个月纳税额合计、参保人数均值、近十二个月纳税额方差、欠税占比、' +
        '近十二个月纳税额与参保人数之比；按 区县、行业门类 分组\n',
    )
    t.match(chinese, /条件：行业门类为 .*批发和零售业 \[F\].*，且size不小于 2，且size小于 10\n/)
  }
  const why = told(lineage, byDigest(request), 'zh')
  t.match(why, '用途：普惠金融 [bt:purpose/inclusive-finance]；场景：urn:baotu:scenario:test\n')
  const whole = openingsOf(testQuery({ groupBy: [] }))
  const plain = lineageOf(whole.request.digest, whole.plan.digest, digest('sealed'))
  t.match(
    told(plain, byDigest(whole.plan), 'en'),
    /sum of tax of twelve months, without grouping\n/,
  )
  t.match(told(plain, byDigest(whole.plan), 'zh'), /（不分组）\n.*条件：无\n/)
  const spread = testQuery({ measures: [{ function: 'histogram', column: 'district' }] })
  const { request: asked } = openingsOf(spread)
  const histogram = lineageOf(asked.digest, digest('plan'), digest('sealed'))
  t.match(told(histogram, byDigest(asked), 'zh'), /所问：区县分布；按 行业门类 分组\n/)
})

t.test('withheld cells by their categories, in the layout of the table', async (t) => {
  const { request, plan } = openingsOf(QUESTION)
  const terms = { salt: 'x', transcript: digest('one transcript') }
  const verdicts = preimageOf('baotu/p1/v1/verdicts', { ...terms, verdicts: '110110' })
  const lineage = lineageOf(request.digest, plan.digest, verdicts.digest)
  const cells = cellsIn(lineage, byDigest(plan)) ?? []
  const named = Array.from({ length: 6 }, (_, index) => codesAt(cells, index).join(' '))
  const expected = ['370102', '370103'].flatMap((district) => {
    return ['C', 'F', 'H'].map((section) => `${district} ${section}`)
  })
  t.same(named, expected)
  t.match(
    told(lineage, byDigest(plan, verdicts), 'en'),
    /Cells withheld: 2 of 6\.\n +Withheld: cell 3 \(Lixia, H\), cell 6 \(370103, H\)\n/,
  )
  const many = preimageOf('baotu/p1/v1/verdicts', { ...terms, verdicts: '0'.repeat(50) })
  const long = lineageOf(request.digest, plan.digest, many.digest)
  t.match(told(long, byDigest(many), 'zh'), /第 40 个，另有 10 个\n/)
  const none = preimageOf('baotu/p1/v1/verdicts', { ...terms, verdicts: '111111' })
  const all = lineageOf(request.digest, plan.digest, none.digest)
  t.notMatch(told(all, byDigest(none, plan), 'zh'), /未放行的单元/)
})

t.test('an opening that says something else than it should tells nothing', async (t) => {
  const sealed = /What was asked: only a digest is recorded/
  const hostile = [
    ['no object', preimageOf('baotu/request', 'text')],
    ['lists of the wrong things', preimageOf('baotu/request', { query: { groupBy: [1] } })],
    ['no question', preimageOf('baotu/request', { query: null, purpose: 'x', scenario: 'y' })],
    ['of another kind', preimageOf('baotu/submission', testRequest())],
  ] as const
  for (const [name, opening] of hostile) {
    const lineage = lineageOf(opening.digest, digest('plan'), digest('sealed'))
    t.match(told(lineage, byDigest(opening), 'en'), sealed, name)
  }
  const control = requestPreimage(testRequest())
  const lineage = lineageOf(control.digest, digest('plan'), digest('sealed'))
  t.notMatch(told(lineage, byDigest(control), 'en'), sealed, 'control')
  const forged = preimageOf('baotu/p1/v1/plan', { groupBy: [{ dimension: 'x', codes: [] }] })
  const salted = preimageOf('baotu/p1/v1/verdicts', { verdicts: '0' })
  const odd = lineageOf(control.digest, forged.digest, salted.digest)
  t.match(told(odd, byDigest(forged, salted), 'en'), /Withheld: cell 1/)
})
