import Type, { type Static } from 'typebox'
import { Name, Urn } from '#protocol/messages/primitives'
import { Condition, Measure, QueryRequest } from '#protocol/messages/query'

/**
 * A question in a file: what is asked, for which scenario and purpose. Product and contract may be
 * left out where the space leaves no choice; everything else is said.
 */
export const QueryFile = Type.Object(
  {
    $schema: Type.Optional(Type.String({ maxLength: 1000 })),
    product: Type.Optional(Urn),
    contract: Type.Optional(Urn),
    scenario: QueryRequest.properties.scenario,
    purpose: QueryRequest.properties.purpose,
    requestRef: Type.Optional(QueryRequest.properties.requestRef),
    groupBy: Type.Array(Name, { maxItems: 8, uniqueItems: true }),
    measures: Type.Array(Measure, { minItems: 1, maxItems: 16 }),
    where: Type.Array(Condition, { maxItems: 16 }),
  },
  { additionalProperties: false, description: 'A question to a Baotu space.' },
)

export type QueryFile = Static<typeof QueryFile>
