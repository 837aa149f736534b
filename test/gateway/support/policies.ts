import { compile, type Snapshot } from '#policies/compile'
import { loadPolicy } from '#policies/load'
import type { Policy } from '#policies/policy'

const GATEWAY = 'did:web:gateway.example'
export const CONTRACT = 'urn:bt:contract:bank:credit-policy:0001'
export const SCENARIO = 'urn:bt:scenario:credit-policy'
export const PURPOSE = 'bt:purpose/credit-policy'

type Rule = Record<string, unknown>

function atom(leftOperand: string, operator: string, rightOperand: unknown, unit?: string) {
  return { leftOperand, operator, rightOperand, ...(unit ? { unit } : {}) }
}

function policy(id: string, layer: string, target: string, assignee: string, rules: Rule): Policy {
  const document = {
    '@context': [
      'https://w3id.org/dspace/2025/1/context.jsonld',
      'https://w3id.org/baotu/policy/v1.jsonld',
    ],
    profile: ['https://w3id.org/baotu/policy/v1'],
    conflict: 'prohibit',
    'bt:version': '1.0.0',
    'bt:status': 'active',
    '@type': 'Agreement',
    '@id': id,
    'bt:layer': layer,
    target,
    assigner: 'did:web:authority.example',
    assignee,
    ...rules,
  }
  return loadPolicy(JSON.stringify(document))
}

/** What the test space's contract permits; a test adds to it or takes away. */
export interface PolicyChange {
  readonly platform?: readonly Rule[]
  readonly contract?: readonly Rule[]
  readonly consumer?: string
}

/** Four layers for the test product: whoever is not the bank, under this contract, is refused. */
export function testPolicies(change: PolicyChange = {}): readonly Policy[] {
  const statistics = { '@id': '#stat', action: 'bt:aggregate' }
  const collection = 'urn:baotu:collection:public-data'
  return [
    policy('urn:bt:guard:test', 'platform', 'urn:bt:collection:all', 'urn:bt:party:all', {
      prohibition: [
        { '@id': '#raw', action: 'bt:export' },
        {
          '@id': '#core',
          action: 'use',
          constraint: [atom('bt:dataLevel', 'gteq', 4)],
        },
        {
          '@id': '#abroad',
          action: 'use',
          constraint: [atom('bt:recipientRegion', 'isNoneOf', ['CN'])],
        },
        {
          '@id': '#differencing',
          action: 'bt:aggregate',
          constraint: [atom('bt:queryOverlap', 'lt', 10)],
        },
        ...(change.platform ?? []),
      ],
    }),
    policy('urn:bt:auth:test', 'comprehensive', collection, GATEWAY, { permission: [statistics] }),
    policy('urn:bt:auth:test:tax', 'domain', collection, GATEWAY, {
      permission: [
        {
          ...statistics,
          constraint: [
            atom('purpose', 'isA', 'bt:purpose/inclusive-finance'),
            atom('bt:role', 'isAnyOf', ['bank']),
            atom('bt:groupByColumn', 'isPartOf', ['section', 'kind']),
            atom('bt:minCohort', 'gteq', 12),
          ],
        },
      ],
    }),
    policy(
      CONTRACT,
      'contract',
      'urn:baotu:product:tax',
      change.consumer ?? 'did:web:bank.example',
      {
        permission: [
          {
            ...statistics,
            constraint: [
              atom('bt:scenario', 'eq', SCENARIO),
              atom('bt:maxGroups', 'lteq', 6),
              ...(change.contract ?? []),
            ],
          },
        ],
      },
    ),
  ]
}

export function testSnapshot(change: PolicyChange = {}): Snapshot {
  return compile(testPolicies(change))
}

/** The contract as a request names it. */
export function contractOf(snapshot: Snapshot): { id: string; digest: string } {
  const digest = snapshot.policies.get(CONTRACT)?.policy.digest
  if (digest === undefined) throw new Error('the test contract is gone')
  return { id: CONTRACT, digest }
}
