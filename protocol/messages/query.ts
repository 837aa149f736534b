import Type, { type Static } from 'typebox'
import { Bytes, Did, DigestText, Instant, Name, Strict, Urn } from './primitives.ts'

/**
 * One condition; a query's conditions all hold. `eq` and `isAnyOf` compare a dimension with codes
 * of its domain, `gteq` and `lt` compare a grid with one of its declared cuts.
 */
export const Condition = Strict({
  column: Name,
  operator: Name,
  value: Type.Union([Name, Type.Array(Name, { minItems: 1, maxItems: 4096, uniqueItems: true })]),
})

/**
 * One measure. `count` [part]; `sum`, `mean`, `var` of an amount column; `ratio` of a flag column
 * (the share of units that have it) or of two amounts (`column` over `over`); `histogram` of a
 * dimension (counts by one more grouping, asked alone).
 */
export const Measure = Strict({
  function: Name,
  column: Type.Optional(Name),
  over: Type.Optional(Name),
  part: Type.Optional(Name),
})

/** The question itself: an abstract syntax tree, never SQL text. */
export const Query = Strict({
  product: Urn,
  groupBy: Type.Array(Name, { maxItems: 8, uniqueItems: true }),
  measures: Type.Array(Measure, { minItems: 1, maxItems: 16 }),
  where: Type.Array(Condition, { maxItems: 16 }),
})

/**
 * What a consumer signs (typ `baotu-request+jws`): one scenario, one authorisation. The digest of
 * this payload names the request everywhere; a repeat of the same request is the same request.
 */
export const QueryRequest = Strict({
  type: Type.Literal('baotu/query-request@1'),
  suite: Type.String({ maxLength: 80 }),
  spaceId: Urn,
  requestRef: Type.String({ minLength: 1, maxLength: 80, pattern: '^[A-Za-z0-9._:-]+$' }),
  consumer: Did,
  deliverTo: Did,
  scenario: Urn,
  purpose: Type.String({ minLength: 1, maxLength: 120, pattern: '^[A-Za-z0-9:/._-]+$' }),
  contract: Strict({ id: Urn, digest: DigestText }),
  nonce: Bytes(16),
  issuedAt: Instant,
  query: Query,
})

export type Condition = Static<typeof Condition>
export type Measure = Static<typeof Measure>
export type Query = Static<typeof Query>
export type QueryRequest = Static<typeof QueryRequest>
