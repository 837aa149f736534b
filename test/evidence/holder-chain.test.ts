import t from 'tap'
import { CHAIN_LINKS, type ChainLink, STRICT_RULES } from '#evidence/chain-rules'
import type { EntryDraft } from '#evidence/entry'
import type { EntryType } from '#evidence/entry-fields'
import type { Finding } from '#evidence/finding'
import { good, judged, late, OFFERED, TOOK_PART } from './judged-chain.ts'
import { digest, holderSteps, TAX } from './made-story.ts'

/** Judges the good chain with other steps in the first holder's own log. */
const judgedHolder = (steps: readonly EntryDraft[], rules = STRICT_RULES) =>
  judged(good, rules, TAX, 'one', [...steps])

t.test('each holder’s own log must say what it offered, agreed to, checked and sent', async (t) => {
  const steps = holderSteps(TAX[0])
  t.same(
    steps.map(({ type }) => type),
    ['policy.enabled', ...OFFERED, ...TOOK_PART],
    'every step is left out below',
  )
  t.match(judgedHolder(steps.slice(1)), [
    { code: 'LINK_MISSING', detail: 'policy.enabled', log: 'tax.jinan.example/log' },
  ])
  for (const type of [...OFFERED, ...TOOK_PART]) {
    const findings = judgedHolder(steps.filter((step) => step.type !== type))
    const detail = `${type} of ${TAX[0]}`
    t.match(findings, [{ code: 'LINK_MISSING', detail, index: Number, log: String }], type)
    t.equal(findings.length, 1, type)
  }
  const none = judged(good, STRICT_RULES, TAX.slice(1))
  t.same(
    none.map(({ detail }) => detail),
    [...TOOK_PART, 'product.published'].map((type) => `${type} of ${TAX[0]}`),
    'no log of the holder at all',
  )
})

t.test('rules without a link do not ask for its steps', async (t) => {
  const without = (link: ChainLink) => {
    return { ...STRICT_RULES, require: new Set(CHAIN_LINKS.filter((other) => other !== link)) }
  }
  const steps = holderSteps(TAX[0])
  const isOf = (types: readonly EntryType[]) => (step: EntryDraft) => types.includes(step.type)
  const enabled = ['policy.enabled'] as const
  t.strictSame(judgedHolder(steps.filter(isOf(TOOK_PART)), without('policy')).length, 1)
  t.strictSame(judgedHolder(steps.filter(isOf([...enabled, ...TOOK_PART])), without('product')), [])
  t.strictSame(judgedHolder(steps.filter(isOf([...OFFERED, ...TOOK_PART])), without('policy')), [])
  t.strictSame(judgedHolder(steps.filter(isOf(OFFERED)), without('holder')), [])
})

t.test('a holder’s steps stand in order and speak of the same', async (t) => {
  const steps = holderSteps(TAX[0])
  const with_ = (type: EntryType, change: object) =>
    steps.map((step) => (step.type === type ? Object.assign({}, step, change) : step))
  const insert = (type: EntryType, draft: EntryDraft) =>
    steps.toSpliced(
      steps.findIndex((step) => step.type === type),
      0,
      draft,
    )
  const own = { actor: TAX[0], session: digest('one session'), reason: 'SESSION_LOST' }
  const product = { actor: TAX[0], product: digest('product'), reason: 'NOT_CONFIGURED' }
  const flaws: [string, Finding['code'], EntryDraft[]][] = [
    ['agreed late', 'LINK_NOT_IN_FORCE', late('holder.decided', 'holder.submitted', steps)],
    ['reserved late', 'LINK_NOT_IN_FORCE', late('holder.reserved', 'holder.submitted', steps)],
    ['checked late', 'LINK_NOT_IN_FORCE', late('holder.checked', 'holder.submitted', steps)],
    ['published late', 'LINK_MISSING', late('product.published', 'holder.decided', steps)],
    [
      'registered late',
      'LINK_NOT_IN_FORCE',
      late('dataset.registered', 'product.published', steps),
    ],
    [
      'policy disabled',
      'LINK_NOT_IN_FORCE',
      insert('holder.decided', {
        type: 'policy.disabled',
        actor: TAX[0],
        policy: digest(`policy ${TAX[0]}`),
        reason: 'NOT_CONFIGURED',
      }),
    ],
    ['policy late', 'LINK_NOT_IN_FORCE', late('policy.enabled', 'holder.decided', steps)],
    ['by no policy', 'LINK_MISSING', with_('holder.decided', { policies: [] })],
    ['refused', 'LINK_DISAGREES', with_('holder.decided', { decision: 'DENY' })],
    ['another request', 'LINK_DISAGREES', with_('holder.decided', { request: digest('else') })],
    ['other data', 'LINK_DISAGREES', with_('holder.submitted', { datasets: [digest('else')] })],
    ['another product', 'LINK_MISSING', with_('product.published', { product: digest('else') })],
    [
      'withdrawn',
      'LINK_NOT_IN_FORCE',
      insert('holder.decided', { type: 'product.withdrawn', ...product }),
    ],
    ['void', 'LINK_DISAGREES', [...steps, { type: 'holder.voided', ...own }]],
    [
      'void of this transcript',
      'LINK_DISAGREES',
      [...steps, { type: 'holder.voided', ...own, transcript: digest('one transcript') }],
    ],
  ]
  for (const [name, code, changed] of flaws) {
    t.match(judgedHolder(changed), [{ code, log: String, index: Number }], name)
  }
})

t.test('data that moves on, and a product offered again, are no flaw', async (t) => {
  const steps = holderSteps(TAX[0])
  const at = steps.findIndex(({ type }) => type === 'holder.decided')
  const own = { actor: TAX[0], holder: TAX[0] }
  const product = { actor: TAX[0], product: digest('product') }
  const next: EntryDraft[] = [
    { type: 'dataset.registered', ...own, dataset: digest('newer rows') },
    { type: 'product.published', ...own, ...product, datasets: [digest('newer rows')] },
  ]
  const withdrawn: EntryDraft = { type: 'product.withdrawn', ...product, reason: 'NOT_CONFIGURED' }
  t.strictSame(judgedHolder(steps.toSpliced(at, 0, ...next)), [], 'while the old is under way')
  t.strictSame(judgedHolder(steps.toSpliced(at, 0, withdrawn, ...next)), [], 'offered again')
  t.strictSame(judgedHolder([...steps, withdrawn]), [], 'withdrawn afterwards')
  const refused = steps.map((step): EntryDraft => {
    return step.type === 'holder.decided' ? { ...step, decision: 'DENY' } : step
  })
  const once = refused.filter(({ type }) => type === 'holder.decided')
  t.strictSame(judgedHolder(steps.toSpliced(at, 0, ...once)), [], 'refused, then agreed')
  const earlier = { type: 'holder.voided', actor: TAX[0], reason: 'SESSION_LOST' } as const
  const other = { ...earlier, session: digest('another session') }
  t.strictSame(judgedHolder([other, ...steps]), [], 'a void of an earlier attempt')
})
