import { EVERY_CAPABILITY } from '#policies/capabilities'
import { compile, type Snapshot } from '#policies/compile'
import { type Counters, countersOf } from '#policies/counters'
import { decide } from '#policies/decide'
import type { Decision } from '#policies/decision'
import { type Facts, factsOf } from '#policies/facts'
import { loadPolicy } from '#policies/load'
import type { Policy } from '#policies/policy'
import type { RecordedRequest } from '#policies/replay'
import { type DecisionRequest, requestOf } from '#policies/request'
import type { BenchRequest, BenchRule } from './workload.ts'

const OPERATOR = 'did:web:operator.example'
const ALL = 'urn:bt:collection:city'
const ENVELOPE = {
  profile: ['https://w3id.org/baotu/policy/v1'],
  conflict: 'prohibit',
  '@type': 'Agreement',
  'bt:version': '1.0.0',
  'bt:status': 'active',
  assigner: 'did:web:authority.example',
}

/** A request as the engine takes it, prepared once. */
export interface Prepared {
  readonly request: DecisionRequest
  readonly facts: Facts
  readonly counters: Counters
}

/** One policy per rule in the domain layer, under a platform guard and a comprehensive grant. */
export function policiesOf(rules: readonly BenchRule[]): readonly Policy[] {
  return [platform(), comprehensive(), ...rules.map(domain)]
}

export function snapshotOf(policies: readonly Policy[]): Snapshot {
  return compile(policies)
}

/** What the gateway does once per request, before it decides. */
export function prepare(request: BenchRequest): Prepared {
  const { request: fields, facts, used } = recordOf(request)
  return { request: requestOf(fields), facts: factsOf(facts), counters: countersOf(used) }
}

/** The request as the gateway records it. */
export function recordOf(request: BenchRequest): RecordedRequest {
  return {
    request: {
      action: request.action,
      target: request.asset,
      collections: [ALL],
      assignee: request.party,
      operator: OPERATOR,
      layers: ['platform', 'comprehensive', 'domain'],
    },
    facts: {
      purpose: request.purpose,
      dateTime: request.nowMs,
      'bt:queryOverlap': request.distance,
      'bt:dataLevel': request.level,
      'bt:participantState': 'active',
      'bt:recipientRegion': ['CN'],
      'bt:aggregateFunction': ['count', 'sum'],
      'bt:groupByColumn': ['region'],
      'bt:filterColumn': ['industry', 'year'],
    },
    used: { count: request.used },
  }
}

export function decideOn(snapshot: Snapshot, { request, facts, counters }: Prepared): Decision {
  return decide(request, snapshot, facts, counters, EVERY_CAPABILITY)
}

function platform(): Policy {
  return loadPolicy({
    ...ENVELOPE,
    '@id': 'urn:bt:guard:bench',
    'bt:layer': 'platform',
    target: 'urn:bt:collection:all',
    assignee: 'urn:bt:party:all',
    prohibition: [
      {
        '@id': '#abroad',
        action: 'use',
        constraint: [
          atom('bt:recipientRegion', 'isNoneOf', ['CN']),
          atom('bt:dataLevel', 'gteq', 2),
        ],
      },
      {
        '@id': '#suspended',
        action: 'use',
        constraint: [atom('bt:participantState', 'isAnyOf', ['suspended', 'revoked'])],
      },
    ],
  })
}

function comprehensive(): Policy {
  return loadPolicy({
    ...ENVELOPE,
    '@id': 'urn:bt:auth:bench',
    'bt:layer': 'comprehensive',
    target: ALL,
    assignee: OPERATOR,
    permission: ['bt:compute', 'bt:lookup', 'bt:export', 'derive'].map((action, at) => ({
      '@id': `#p${at}`,
      action,
      constraint: [
        atom('bt:aggregateFunction', 'isPartOf', ['count', 'sum', 'mean']),
        atom('bt:groupByColumn', 'isPartOf', ['region', 'industry', 'year']),
        atom('bt:filterColumn', 'isPartOf', ['region', 'industry', 'year', 'size']),
        atom('bt:minCohort', 'gteq', 5),
      ],
      duty: [{ action: 'bt:logEvidence', 'bt:phase': 'preRelease' }],
    })),
  })
}

function domain(rule: BenchRule): Policy {
  const head = {
    ...ENVELOPE,
    '@id': `urn:bt:auth:${rule.id}`,
    'bt:layer': 'domain',
    target: rule.asset,
  }
  if (rule.effect === 'forbid') {
    const constraint = [atom('bt:dataLevel', 'gteq', rule.level)]
    const prohibition = [{ '@id': '#p', action: rule.action, constraint }]
    return loadPolicy({ ...head, assignee: 'urn:bt:party:all', prohibition })
  }
  const constraint = [
    atom('purpose', 'isAnyOf', rule.purposes),
    atom('dateTime', 'gteq', new Date(rule.fromMs).toISOString()),
    atom('dateTime', 'lt', new Date(rule.toMs).toISOString()),
    atom('bt:queryOverlap', 'gteq', rule.distance),
    atom('count', 'lteq', rule.uses),
    atom('bt:minCohort', 'gteq', 10),
  ]
  const permission = [{ '@id': '#p', action: rule.action, constraint }]
  return loadPolicy({ ...head, assignee: rule.party, permission })
}

function atom(
  leftOperand: string,
  operator: string,
  rightOperand: number | string | readonly string[],
) {
  return { leftOperand, operator, rightOperand }
}
