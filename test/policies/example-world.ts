import { readFileSync } from 'node:fs'
import { EVERY_CAPABILITY } from '#policies/capabilities'
import { compile, type Snapshot } from '#policies/compile'
import { countersOf } from '#policies/counters'
import { decide } from '#policies/decide'
import type { Decision } from '#policies/decision'
import { type FactValues, factsOf } from '#policies/facts'
import { loadPolicy } from '#policies/load'
import type { Policy } from '#policies/policy'
import { type RequestFields, requestOf } from '#policies/request'

/** The world and the base request of policy profile 5.7, in which the example policies decide. */
export const BANK = 'did:web:qilu-bank.example'
export const ASSET = 'urn:bt:asset:jn-tax:vat-index'

export const BASE_REQUEST: RequestFields = {
  action: 'bt:score',
  target: ASSET,
  collections: ['urn:bt:collection:jn-tax', 'urn:bt:collection:jn-public-data'],
  assignee: BANK,
  operator: 'did:web:operator.jinan.example',
  subject: 'urn:bt:subject:91370100MA3XXXXXXX',
  authorization: 'urn:bt:contract:ql-bank:sme-loan:0007',
}

export const BASE_FACTS: FactValues = {
  dateTime: '2026-05-01T10:00:00+08:00',
  'bt:role': ['bank'],
  'bt:identityLevel': 3,
  'bt:participantState': 'active',
  'bt:recipientRegion': ['CN'],
  'bt:processingRegion': ['CN'],
  'bt:dataLevel': 3,
  'bt:scenario': 'urn:bt:scenario:sme-loan-preapproval',
  purpose: 'bt:purpose/loan-preapproval',
  'bt:consent': 'granted',
  'bt:model': 'urn:bt:model:vat-score:3#sha256-9f2c',
}

const EXAMPLES = new URL('./examples/', import.meta.url)

/** One of the eight example policies, by its file name without ending. */
export function exampleText(name: string): string {
  return readFileSync(new URL(`${name}.json`, EXAMPLES), 'utf8')
}

export function example(name: string): Policy {
  return loadPolicy(exampleText(name))
}

/** The five examples that the fourteen decisions are about. */
export function exampleSnapshot(): Snapshot {
  const names = ['01-comprehensive', '02-domain-tax', '03-contract-bank-score']
  return compile([...names, '04-consent-enterprise', '08-platform-guard'].map(example))
}

export interface Change {
  readonly request?: Partial<RequestFields>
  readonly facts?: FactValues
  readonly used?: Readonly<Record<string, number>>
}

/** Decides the base request with some of it changed; a fact set to undefined is unknown. */
export function decideBase(snapshot: Snapshot, change: Change = {}): Decision {
  return decide(
    requestOf({ ...BASE_REQUEST, ...change.request }),
    snapshot,
    factsOf({ ...BASE_FACTS, ...change.facts }),
    countersOf(change.used),
    EVERY_CAPABILITY,
  )
}
