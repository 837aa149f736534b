import t from 'tap'
import { CHAIN_LINKS, type ChainLink, parseChainRules, STRICT_RULES } from '#evidence/chain-rules'
import { checkKeys } from '#evidence/check-keys'
import type { EntryDraft } from '#evidence/entry'
import type { EntryType } from '#evidence/entry-fields'
import { parseEntry } from '#evidence/entry-form'
import { EntryIndex } from '#evidence/entry-index'
import type { Finding } from '#evidence/finding'
import { traceResult } from '#evidence/lineage'
import { isLogOf } from '#evidence/log-owner'
import { AT, before, changed, good, judged, late, TOOK_PART, without } from './judged-chain.ts'
import {
  AUTHORITY,
  answered,
  BANK,
  digest,
  GATEWAY,
  holderLog,
  holderSteps,
  RELEASE,
  TAX,
} from './made-story.ts'

const TERM = { from: AT - 1000, until: AT + 1_000_000 }

t.test('a complete chain has no flaw', async (t) => {
  t.strictSame(judged(good), [])
})

t.test('every link that is left out is named', async (t) => {
  const missing: readonly EntryType[] = [
    'request.received',
    'request.decided',
    'contract.filed',
    'contract.signed',
    'grant.issued',
    'policy.enabled',
    'budget.reserved',
    'plan.made',
    'session.opened',
    'session.transcript',
    'input.submitted',
    'release.sealed',
    'meter.counted',
  ]
  for (const type of missing) {
    const findings = judged(without(type))
    const named = findings.filter(
      ({ code, detail }) => code === 'LINK_MISSING' && detail.startsWith(type),
    )
    t.ok(named.length > 0, `${type}: ${JSON.stringify(findings)}`)
    t.ok(
      named.every(({ index }) => index !== undefined),
      'with the record that needs it',
    )
  }
})

t.test('a link that was not in force, or says something else, is named', async (t) => {
  const contract = digest('contract')
  const grant = digest('grant')
  const policy = digest('policy')
  const [first] = TAX
  const request = digest('one request')
  const transcript = digest('one transcript')
  const flaws: [string, Finding['code'], EntryDraft[]][] = [
    [
      'terminated contract',
      'LINK_NOT_IN_FORCE',
      before('request.decided', {
        type: 'contract.terminated',
        actor: BANK,
        contract,
        reason: 'EARLY',
        disposition: 'DESTROY',
      }),
    ],
    [
      'suspended grant',
      'LINK_NOT_IN_FORCE',
      before('request.decided', {
        type: 'grant.suspended',
        actor: AUTHORITY,
        grant,
        reason: 'AUDIT',
      }),
    ],
    [
      'revoked grant',
      'LINK_NOT_IN_FORCE',
      before(
        'request.decided',
        { type: 'grant.revoked', actor: AUTHORITY, grant, reason: 'AUDIT' },
        { type: 'grant.resumed', actor: AUTHORITY, grant },
      ),
    ],
    ['grant outside its term', 'LINK_NOT_IN_FORCE', changed('grant.issued', { until: AT })],
    [
      'domain grant of one issuer',
      'LINK_NOT_IN_FORCE',
      changed('grant.issued', { issuers: [AUTHORITY] }),
    ],
    [
      'disabled policy',
      'LINK_NOT_IN_FORCE',
      before('request.decided', { type: 'policy.disabled', actor: first, policy, reason: 'RISK' }),
    ],
    [
      'decision after delivery',
      'LINK_NOT_IN_FORCE',
      [...without('request.decided'), ...good.filter(({ type }) => type === 'request.decided')],
    ],
    ['refused request', 'LINK_DISAGREES', changed('request.decided', { decision: 'DENIED' })],
    [
      'another contract',
      'LINK_DISAGREES',
      changed('request.received', { contract: digest('else') }),
    ],
    ['another recipient', 'LINK_DISAGREES', changed('result.delivered', { recipient: GATEWAY })],
    ['another party', 'LINK_DISAGREES', changed('contract.filed', { consumer: GATEWAY })],
    [
      'session of another request',
      'LINK_DISAGREES',
      changed('session.transcript', { request: digest('else') }),
    ],
    [
      'voided session',
      'LINK_DISAGREES',
      before('release.sealed', {
        type: 'session.void',
        actor: GATEWAY,
        session: digest('one session'),
        transcript,
        reason: 'SESSION_LOST',
      }),
    ],
    [
      'holder outside the roster',
      'LINK_DISAGREES',
      changed('session.transcript', { holders: [first] }),
    ],
    [
      'second submission',
      'LINK_DISAGREES',
      before('release.sealed', {
        type: 'input.submitted',
        actor: first,
        transcript,
        holder: first,
        submission: digest('again'),
        ciphertexts: [],
      }),
    ],
    [
      'second release',
      'LINK_DISAGREES',
      before(
        'result.delivered',
        Object.assign(
          {},
          good.find(({ type }) => type === 'release.sealed'),
          { result: digest('else') },
        ),
      ),
    ],
    ['other verdicts', 'LINK_DISAGREES', changed('release.sealed', { verdicts: digest('else') })],
    ['opened by another', 'LINK_DISAGREES', changed('session.opened', { release: GATEWAY })],
    ['session of another plan', 'LINK_DISAGREES', changed('plan.made', { plan: digest('else') })],
    [
      'released from an unknown input',
      'LINK_DISAGREES',
      changed('release.sealed', { inputs: [digest('invented')] }),
    ],
    [
      'an input left out',
      'LINK_DISAGREES',
      changed('release.sealed', { inputs: [digest(`one ciphertext ${first}`)] }),
    ],
    [
      'the holder says otherwise',
      'LINK_DISAGREES',
      changed('input.submitted', { submission: digest('swapped') }),
    ],
    [
      'one subject without consent',
      'LINK_MISSING',
      changed('request.decided', { cohort: 'SINGLE' }),
    ],
  ]
  t.equal(request.length, 71)
  for (const [name, code, drafts] of flaws) {
    const findings = judged(drafts)
    t.ok(
      findings.some((finding) => finding.code === code),
      `${name}: ${JSON.stringify(findings)}`,
    )
  }
})

t.test('what allows a step must stand before it', async (t) => {
  const order: [EntryType, EntryType][] = [
    ['request.received', 'request.decided'],
    ['contract.filed', 'request.decided'],
    ['grant.issued', 'request.decided'],
    ['policy.enabled', 'request.decided'],
    ['request.decided', 'result.delivered'],
  ]
  for (const [type, than] of order) {
    const findings = judged(late(type, than))
    const named = findings.filter(({ code }) => code === 'LINK_NOT_IN_FORCE')
    t.match(named, [{ detail: /^does not precede record/ }], `${type} after ${than}`)
  }
  t.match(judged(changed('grant.issued', { from: AT + 1_000_000 })), [
    { code: 'LINK_NOT_IN_FORCE', detail: 'outside its term' },
  ])
  const oneSided = good.filter((draft) => draft.type !== 'contract.signed' || draft.party !== BANK)
  t.match(judged(oneSided), [{ code: 'LINK_MISSING', detail: 'contract.signed by each party' }])
})

t.test('retries, and lists told in several records, are one chain', async (t) => {
  const pieces = good.flatMap((draft): EntryDraft[] => {
    if (draft.type === 'session.transcript' || draft.type === 'plan.made') {
      return draft.holders.map((holder) => ({ ...draft, holders: [holder] }))
    }
    if (draft.type === 'request.decided') {
      return [{ ...draft, decision: 'DENIED' }, draft, { ...draft, policies: [] }]
    }
    if (draft.type !== 'release.sealed') return [draft]
    const [first = '', ...rest] = draft.inputs
    const { transcript, actor } = draft
    return [
      { type: 'release.inputs', actor, transcript, inputs: rest },
      { ...draft, inputs: [first] },
    ]
  })
  t.ok(pieces.length > good.length + 4)
  t.strictSame(judged(pieces), [])
  const undecided = pieces.map((draft) => {
    return draft.type === 'request.decided' ? { ...draft, decision: 'DENIED' } : draft
  })
  t.match(judged(undecided), [{ code: 'LINK_DISAGREES' }], 'control: the last decision counts')
})

t.test('what happens to a link after the decision does not undo it', async (t) => {
  const later: EntryDraft[] = [
    {
      type: 'contract.terminated',
      actor: BANK,
      contract: digest('contract'),
      reason: 'EXPIRY',
      disposition: 'DESTROY',
    },
    { type: 'grant.revoked', actor: AUTHORITY, grant: digest('grant'), reason: 'EXPIRY' },
    { type: 'policy.disabled', actor: TAX[0], policy: digest('policy'), reason: 'REPLACED' },
  ]
  t.strictSame(judged([...good, ...later]), [])
})

t.test('consent for one subject: given to the asker, in force, not used up', async (t) => {
  const consent = digest('consent')
  const subject = `tag-${'0'.repeat(32)}-${'1'.repeat(64)}`
  const issued: EntryDraft = {
    type: 'consent.issued',
    actor: AUTHORITY,
    consent,
    grantee: BANK,
    scenario: 'LOAN_PRE',
    subject,
    uses: 1,
    ...TERM,
  }
  const used: EntryDraft = {
    type: 'consent.used',
    actor: AUTHORITY,
    consent,
    request: digest('one request'),
    subject,
  }
  const single = (consents: readonly EntryDraft[]) => {
    const drafts = changed('request.decided', { cohort: 'SINGLE', consents: [consent] })
    const at = drafts.findIndex(({ type }) => type === 'request.decided')
    return judged(drafts.toSpliced(at, 0, ...consents))
  }
  t.strictSame(single([issued, used]), [])
  const revoked: EntryDraft = { type: 'consent.revoked', actor: AUTHORITY, consent, subject }
  const earlier: EntryDraft = { ...used, request: digest('another request') }
  const flaws: [string, EntryDraft[], object][] = [
    ['no consent', [used], { code: 'LINK_MISSING', detail: 'consent.issued' }],
    ['use not recorded', [issued], { code: 'LINK_MISSING', detail: 'consent.used' }],
    ['revoked', [issued, revoked, used], { code: 'LINK_NOT_IN_FORCE' }],
    ['given to another', [{ ...issued, grantee: GATEWAY }, used], { code: 'LINK_DISAGREES' }],
    ['expired', [{ ...issued, until: AT }, used], { code: 'LINK_NOT_IN_FORCE' }],
    ['used once before', [issued, earlier, used], { code: 'LINK_NOT_IN_FORCE' }],
  ]
  for (const [name, consents, finding] of flaws) t.match(single(consents), [finding], name)
  const drafts = changed('request.decided', { cohort: 'SINGLE', consents: [consent] })
  t.match(
    judged([...drafts, issued, used]),
    [{ code: 'LINK_NOT_IN_FORCE', detail: /^does not precede/ }],
    'given afterwards',
  )
})

t.test('a sandbox job: registered, run, finished, judged, reviewed by another', async (t) => {
  const request = digest('one request')
  const job = digest('job')
  const engine = digest('engine')
  const output = digest('output')
  const steps: EntryDraft[] = [
    {
      type: 'job.registered',
      actor: AUTHORITY,
      job,
      engine,
      manifest: digest('manifest'),
      owner: BANK,
    },
    ...good.slice(
      0,
      good.findIndex(({ type }) => type === 'plan.made'),
    ),
    { type: 'job.started', actor: TAX[0], job, engine, request, inputs: [digest('rows')] },
    { type: 'job.finished', actor: TAX[0], job, request, output, fuel: 1234 },
    { type: 'disclosure.judged', actor: TAX[0], request, program: job, verdict: digest('v') },
    {
      type: 'review.decided',
      actor: AUTHORITY,
      reviewed: output,
      reviewer: AUTHORITY,
      outcome: 'APPROVED',
    },
    {
      type: 'result.delivered',
      actor: GATEWAY,
      request,
      job,
      result: output,
      recipient: BANK,
      watermark: digest('w'),
    },
    {
      type: 'meter.counted',
      actor: GATEWAY,
      request,
      result: output,
      units: 1,
      purpose: 'SCORECARD',
    },
  ]
  t.strictSame(judged(steps), [])
  for (const type of [
    'job.registered',
    'job.started',
    'job.finished',
    'disclosure.judged',
    'review.decided',
  ]) {
    const findings = judged(steps.filter((step) => step.type !== type))
    t.match(findings, [{ code: 'LINK_MISSING', detail: type }], type)
  }
  const order: [EntryType, EntryType][] = [
    ['job.registered', 'job.started'],
    ['job.started', 'job.finished'],
    ['job.finished', 'result.delivered'],
  ]
  for (const [type, than] of order) {
    const findings = judged(late(type, than, steps))
    t.match(findings, [{ code: 'LINK_NOT_IN_FORCE', detail: /^does not precede/ }], type)
  }
  const altered = (type: EntryType, change: object) =>
    judged(steps.map((step) => (step.type === type ? Object.assign({}, step, change) : step)))
  t.match(altered('job.started', { engine: digest('else') }), [{ code: 'LINK_DISAGREES' }])
  t.match(altered('review.decided', { outcome: 'REFUSED' }), [{ code: 'LINK_NOT_IN_FORCE' }])
  t.match(altered('review.decided', { reviewer: BANK }), [{ code: 'LINK_DISAGREES' }])
})

t.test('a policy that is in force again, or never was for a retry, is no flaw', async (t) => {
  const policy = digest('policy')
  const own = { actor: TAX[0], policy }
  const disabled: EntryDraft = { type: 'policy.disabled', ...own, reason: 'NOT_CONFIGURED' }
  const enabled: EntryDraft = { type: 'policy.enabled', ...own, approver: TAX[0] }
  t.strictSame(judged(before('request.decided', disabled, enabled)), [], 'enabled again')
  t.match(judged(before('request.decided', disabled, enabled, disabled)), [
    { code: 'LINK_NOT_IN_FORCE', detail: /disabled/ },
  ])
  const decided = good.find((draft) => draft.type === 'request.decided')
  const first = Object.assign({}, decided, {
    policies: [digest('older policy')],
    snapshot: digest('older snapshot'),
  })
  t.strictSame(judged(before('request.decided', first)), [], 'the last decision counts')
  const elsewhere = judged(without('policy.enabled'), STRICT_RULES, TAX, 'one', [
    enabled,
    ...holderSteps(TAX[0]),
  ])
  t.match(elsewhere, [{ code: 'LINK_MISSING', detail: 'policy.enabled' }], 'in another’s log only')
})

t.test('who published a policy is told by its owner’s own log alone', async (t) => {
  const publishedBy = (owner: string) => {
    const index = new EntryIndex()
    const told = changed('policy.published', { owner, actor: owner })
    for (const [i, draft] of told.entries()) {
      index.add('gateway.example/log', i, { ...draft, v: 1, at: AT + i })
    }
    const [delivered] = index.all('result.delivered')
    const lineage = delivered && traceResult(index, delivered)
    t.equal(lineage?.policies.length, 1)
    return lineage?.policies[0]?.published?.entry.owner
  }
  t.equal(publishedBy(GATEWAY), GATEWAY)
  t.equal(publishedBy(TAX[0]), undefined, 'the gateway in the holder’s name')
})

t.test('a key that was replaced never comes back', async (t) => {
  const index = new EntryIndex()
  const rotations: [string, string, string][] = [
    ['a.example/log', 'one', 'two'],
    ['a.example/log', 'seal', 'other seal'],
    ['a.example/log', 'two', 'three'],
    ['b.example/log', 'three', 'one'],
  ]
  const rotated = (log: string, previous: string, next: string, at: number) => {
    const keys = { previous: digest(previous), next: digest(next) }
    index.add(log, at, { type: 'key.rotated', actor: BANK, ...keys, v: 1, at: AT + at })
  }
  for (const [at, [log, previous, next]] of rotations.entries()) rotated(log, previous, next, at)
  t.same(checkKeys(index), [], 'two purposes, two logs')
  rotated('a.example/log', 'three', 'two', 9)
  t.match(checkKeys(index), [{ code: 'LINK_DISAGREES', log: 'a.example/log', index: 9 }])
})

t.test('a retry is judged by the plan of its own session', async (t) => {
  const first = good.flatMap((draft): EntryDraft[] => {
    if (draft.type !== 'plan.made') return [draft]
    return [{ ...draft, plan: digest('first plan'), product: digest('older product') }, draft]
  })
  t.ok(first.length > good.length)
  t.strictSame(judged(first), [])
})

t.test('only a party’s own log proves what it did', async (t) => {
  t.ok(isLogOf('tax.jinan.example/log', TAX[0]))
  t.notOk(isLogOf('tax.jinan.example.evil/log', TAX[0]), 'a name that only begins the same')
  const said = holderLog(TAX[0]).bodies.map(parseEntry)
  const claimed = [...good, ...said]
  t.same(
    judged(claimed, STRICT_RULES, TAX.slice(1)).map(({ detail }) => detail),
    [...TOOK_PART, 'product.published'].map((type) => `${type} of ${TAX[0]}`),
    'a gateway that writes it in the holder’s name',
  )
  t.strictSame(judged(claimed), [], 'control: with the holder’s own log')
  t.same(
    judged(good, STRICT_RULES, TAX, 'elsewhere').map(({ detail }) => detail),
    ['session.opened', 'session.transcript', 'release.sealed'].map((type) => {
      return `${type} of ${RELEASE}`
    }),
    'a gateway that writes it in the release authority’s name',
  )
  t.match(judged(without('session.opened'), STRICT_RULES, TAX, 'elsewhere'), [
    { code: 'LINK_MISSING', detail: 'session.opened' },
  ])
})

t.test('rules decide which links count; a rules file says nothing else', async (t) => {
  const only = (...links: ChainLink[]) => ({ ...STRICT_RULES, require: new Set(links) })
  const bare = answered('one').map((draft) => {
    return draft.type === 'request.decided' ? { ...draft, grants: [], policies: [] } : draft
  })
  t.strictSame(judged(bare, only()), [], 'P1 without a control plane')
  t.match(judged(bare, only('contract')), [{ detail: 'contract.filed' }])
  t.ok(judged(answered('one'), only()).length > 0, 'a grant that is named must be there')
  t.same(
    judged(answered('one')).map(({ detail }) => detail),
    ['contract.filed', 'grant.issued', 'policy.enabled'],
  )
  const file = JSON.stringify({ require: CHAIN_LINKS })
  t.equal(parseChainRules(file).require.size, CHAIN_LINKS.length)
  for (const text of [
    '{}',
    '{"require":["luck"]}',
    '{"require":[],"else":1}',
    '{"require":"contract"}',
  ]) {
    t.throws(() => parseChainRules(text), { code: 'TRUST_POLICY_MALFORMED' }, text)
  }
})
