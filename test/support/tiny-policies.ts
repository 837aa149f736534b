/** DIDs, contract and scenario of a tiny space. */
export const TINY = {
  space: 'urn:baotu:space:tiny',
  authority: 'did:web:authority.tiny.example',
  gateway: 'did:web:gateway.tiny.example',
  release: 'did:web:release.tiny.example',
  auditor: 'did:web:auditor.tiny.example',
  bank: 'did:web:bank.tiny.example',
  product: 'urn:baotu:product:tiny-tax',
  collection: 'urn:bt:collection:tiny',
  contract: 'urn:bt:contract:bank:tiny:0001',
  scenario: 'urn:bt:scenario:credit-policy',
  purpose: 'bt:purpose/credit-policy',
} as const

type Rules = Readonly<Record<string, unknown>>

function atom(leftOperand: string, operator: string, rightOperand: unknown, unit?: string) {
  return { leftOperand, operator, rightOperand, ...(unit ? { unit } : {}) }
}

interface Head {
  readonly id: string
  readonly layer: string
  readonly target: string
  readonly assignee: string
}

function policy({ id, layer, target, assignee }: Head, rules: Rules): Rules {
  return {
    '@context': [
      'https://w3id.org/dspace/2025/1/context.jsonld',
      'https://w3id.org/baotu/policy/v1.jsonld',
    ],
    profile: ['https://w3id.org/baotu/policy/v1'],
    conflict: 'prohibit',
    '@type': 'Agreement',
    '@id': id,
    'bt:layer': layer,
    'bt:version': '1.0.0',
    'bt:status': 'active',
    target,
    assigner: TINY.authority,
    assignee,
    ...rules,
  }
}

const STATISTICS = { '@id': '#statistics', action: 'bt:aggregate' }
const NO_ROWS = { '@id': '#no-rows', action: 'bt:export' }

// Two bureaus let a question be narrowed to a section, the third does not.
function domain(filters: readonly string[]): Rules {
  const head = { id: 'urn:bt:auth:tiny:tax', layer: 'domain', target: TINY.collection }
  const constraint = [
    atom('purpose', 'isA', 'bt:purpose/inclusive-finance'),
    atom('bt:groupByColumn', 'isPartOf', ['section', 'size']),
    atom('bt:filterColumn', 'isPartOf', filters),
    atom('bt:minCohort', 'gteq', 10),
    atom('bt:pPercent', 'gteq', 10),
  ]
  return policy(
    { ...head, assignee: TINY.gateway },
    { permission: [{ ...STATISTICS, constraint }] },
  )
}

/** The policies of a tiny space by file name; `strict.json` is the third bureau's own. */
export function tinyPolicies(): Readonly<Record<string, Rules>> {
  const { collection, gateway, bank, product, contract, scenario } = TINY
  return {
    'platform.json': policy(
      {
        id: 'urn:bt:guard:tiny',
        layer: 'platform',
        target: collection,
        assignee: 'urn:bt:party:all',
      },
      { prohibition: [NO_ROWS] },
    ),
    'comprehensive.json': policy(
      { id: 'urn:bt:auth:tiny', layer: 'comprehensive', target: collection, assignee: gateway },
      { permission: [STATISTICS] },
    ),
    'domain.json': domain(['section', 'size']),
    'strict.json': domain(['size']),
    'contract.json': policy(
      { id: contract, layer: 'contract', target: product, assignee: bank },
      {
        permission: [
          {
            ...STATISTICS,
            constraint: [
              atom('bt:scenario', 'eq', scenario),
              atom('bt:countPer', 'lteq', 1_000_000, 'P30D'),
            ],
          },
        ],
      },
    ),
  }
}
