import type { Product } from '#protocol/messages/product'
import type { Query, QueryRequest } from '#protocol/messages/query'

/** DIDs of test holders: `did:web:h1.example` and so on. */
export function holders(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `did:web:h${index + 1}.example`)
}

const title = (text: string) => ({ zh: text, en: text })

/** A product with two parts, two dimensions, a grid, two amounts and a flag. */
export function testProduct(overrides: Partial<Product> = {}): Product {
  return {
    product: 'urn:baotu:product:test',
    version: 1,
    title: title('test'),
    collections: ['urn:baotu:collection:test'],
    disjointUnits: true,
    dimensions: [
      { name: 'section', title: title('section'), categories: ['C', 'F', 'H'].map(category) },
      {
        name: 'district',
        title: title('district'),
        categories: ['370102', '370103'].map(category),
      },
    ],
    grids: [{ name: 'size', title: title('size'), cuts: ['0', '1', '2', '5', '10'] }],
    columns: [
      {
        name: 'tax',
        title: title('tax'),
        part: 'tax',
        kind: 'amount',
        unit: 'fen',
        range: ['0', '100000000000'],
        level: 3,
      },
      { name: 'arrears', title: title('arrears'), part: 'tax', kind: 'flag', level: 3 },
      {
        name: 'heads',
        title: title('heads'),
        part: 'social',
        kind: 'amount',
        unit: 'person',
        range: ['0', '1000000'],
        level: 3,
      },
    ],
    parts: [
      { name: 'tax', title: title('tax'), roster: holders(3), maxUnits: '1000000' },
      {
        name: 'social',
        title: title('social'),
        roster: ['did:web:social.example'],
        maxUnits: '1000000',
      },
    ],
    ...overrides,
  }
}

export function testQuery(overrides: Partial<Query> = {}): Query {
  return {
    product: 'urn:baotu:product:test',
    groupBy: ['section'],
    measures: [{ function: 'count' }, { function: 'sum', column: 'tax' }],
    where: [],
    ...overrides,
  }
}

export function testRequest(overrides: Partial<QueryRequest> = {}): QueryRequest {
  return {
    type: 'baotu/query-request@1',
    suite: 'baotu-x25519-ed25519-sha256-aes256@1',
    spaceId: 'urn:baotu:space:test',
    requestRef: 'T-1',
    consumer: 'did:web:bank.example',
    deliverTo: 'did:web:bank.example',
    scenario: 'urn:baotu:scenario:test',
    purpose: 'bt:purpose/inclusive-finance',
    contract: { id: 'urn:baotu:contract:test', digest: `sha256-${'0'.repeat(64)}` },
    nonce: 'AAAAAAAAAAAAAAAAAAAAAA',
    issuedAt: '2026-01-01T00:00:00Z',
    query: testQuery(),
    ...overrides,
  }
}

function category(code: string) {
  return { code, title: title(code) }
}
