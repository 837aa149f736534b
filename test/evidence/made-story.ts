import { hash } from 'node:crypto'
import type { EntryDraft } from '#evidence/entry'
import { MadeLog } from './made-log.ts'

/** `sha256-…` of a word: digests that a reader of a failing test can tell apart. */
export function digest(word: string): string {
  return `sha256-${hash('sha256', word, 'hex')}`
}

export const BANK = 'did:web:bank.example'
export const GATEWAY = 'did:web:gateway.example'
export const RELEASE = 'did:web:release.example'
export const AUTHORITY = 'did:web:authority.example'
export const TAX = ['did:web:tax.jinan.example', 'did:web:tax.qingdao.example'] as const

const TERM = { from: 1_700_000_000_000, until: 1_900_000_000_000 }

/** What must stand before a question can be answered, in order. */
export function standing(): EntryDraft[] {
  const [holder] = TAX
  const contract = { contract: digest('contract'), provider: holder, consumer: BANK }
  return [
    {
      type: 'grant.issued',
      actor: AUTHORITY,
      grant: digest('grant'),
      kind: 'DOMAIN',
      issuers: [AUTHORITY, holder],
      operator: GATEWAY,
      panel: digest('panel'),
      ...TERM,
    },
    { type: 'policy.published', actor: holder, policy: digest('policy'), owner: holder },
    { type: 'policy.enabled', actor: holder, policy: digest('policy'), approver: AUTHORITY },
    { type: 'contract.created', actor: BANK, ...contract, product: digest('product') },
    {
      type: 'contract.negotiated',
      actor: holder,
      contract: contract.contract,
      previous: digest('draft'),
      party: holder,
    },
    {
      type: 'contract.signed',
      actor: holder,
      contract: contract.contract,
      party: holder,
      signature: digest('s1'),
    },
    {
      type: 'contract.signed',
      actor: BANK,
      contract: contract.contract,
      party: BANK,
      signature: digest('s2'),
    },
    { type: 'contract.filed', actor: GATEWAY, ...contract, product: digest('product') },
  ]
}

/** One answered question, in order. `name` keeps several apart. */
export function answered(name: string): EntryDraft[] {
  const id = (word: string) => digest(`${name} ${word}`)
  const request = id('request')
  const transcript = id('transcript')
  return [
    {
      type: 'request.received',
      actor: BANK,
      request,
      consumer: BANK,
      contract: digest('contract'),
      reference: id('reference'),
    },
    {
      type: 'request.decided',
      actor: GATEWAY,
      request,
      decision: 'ALLOWED',
      policies: [digest('policy')],
      contract: digest('contract'),
      grants: [digest('grant')],
      consents: [],
      cohort: 'MANY',
    },
    { type: 'budget.reserved', actor: GATEWAY, request, budget: id('budget'), units: 1 },
    { type: 'budget.reserved', actor: GATEWAY, request, budget: id('other budget'), units: 1 },
    {
      type: 'plan.made',
      actor: GATEWAY,
      request,
      plan: id('plan'),
      product: digest('product'),
      holders: [...TAX],
    },
    {
      type: 'session.opened',
      actor: RELEASE,
      request,
      plan: id('plan'),
      session: id('session'),
      release: RELEASE,
    },
    {
      type: 'session.transcript',
      actor: GATEWAY,
      request,
      session: id('session'),
      transcript,
      directory: digest('directory'),
      holders: [...TAX],
    },
    ...TAX.map(
      (holder): EntryDraft => ({
        type: 'input.submitted',
        actor: holder,
        transcript,
        holder,
        submission: id(`submission ${holder}`),
        ciphertexts: [id(`ciphertext ${holder}`)],
      }),
    ),
    {
      type: 'release.sealed',
      actor: RELEASE,
      transcript,
      inputs: TAX.map((holder) => id(`ciphertext ${holder}`)),
      program: digest('program'),
      sum: id('sum'),
      result: id('result'),
      audit: id('audit'),
      verdicts: id('verdicts'),
    },
    {
      type: 'result.delivered',
      actor: GATEWAY,
      request,
      transcript,
      result: id('result'),
      recipient: BANK,
      watermark: id('watermark'),
    },
    {
      type: 'result.acknowledged',
      actor: BANK,
      result: id('result'),
      recipient: BANK,
      acknowledgement: id('acknowledgement'),
    },
    {
      type: 'meter.counted',
      actor: GATEWAY,
      request,
      result: id('result'),
      units: 1,
      purpose: 'CREDIT_POLICY',
    },
  ]
}

/** The gateway's log of a space where one question was answered; 8 + 13 records. */
export function gatewayLog(seed = 'gateway'): MadeLog {
  const log = new MadeLog('gateway.example/log', seed)
  for (const draft of [...standing(), ...answered('one')]) log.add(draft)
  return log
}

/** A holder's own log of the same question. */
export function holderLog(holder: string, name = 'one'): MadeLog {
  const log = new MadeLog(`${holder.slice(8)}/log`, holder)
  for (const draft of holderSteps(holder, name)) log.add(draft)
  return log
}

/** What a holder writes when it starts and when it takes part in a question, in order. */
export function holderSteps(holder: string, name = 'one'): EntryDraft[] {
  const id = (word: string) => digest(`${name} ${word}`)
  const datasets = [digest(`rows ${holder}`)]
  const own = { actor: holder, session: id('session') }
  const transcript = id('transcript')
  return [
    {
      type: 'policy.enabled',
      actor: holder,
      policy: digest(`policy ${holder}`),
      approver: holder,
    },
    ...datasets.map((dataset): EntryDraft => {
      return { type: 'dataset.registered', actor: holder, dataset, holder }
    }),
    { type: 'product.published', actor: holder, product: digest('product'), holder, datasets },
    {
      type: 'holder.decided',
      ...own,
      request: id('request'),
      policy: digest('policies'),
      policies: [digest(`policy ${holder}`)],
      decision: 'ALLOWED',
    },
    { type: 'holder.reserved', ...own, ledger: id(`ledger ${holder}`) },
    { type: 'holder.checked', actor: holder, transcript, verdicts: id(`verdicts ${holder}`) },
    {
      type: 'holder.submitted',
      actor: holder,
      transcript,
      submission: id(`submission ${holder}`),
      datasets,
    },
  ]
}

/** The release authority's own log of the same question. */
export function releaseLog(name = 'one'): MadeLog {
  const log = new MadeLog(`${RELEASE.slice(8)}/log`, 'release')
  const own = ['session.opened', 'session.transcript', 'release.sealed']
  for (const draft of answered(name)) {
    if (own.includes(draft.type)) log.add({ ...draft, actor: RELEASE })
  }
  return log
}

/** Every log that speaks of one answered question. */
export function allLogs(): MadeLog[] {
  return [gatewayLog(), releaseLog(), ...TAX.map((holder) => holderLog(holder))]
}
