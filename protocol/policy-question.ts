import type { Capabilities } from '#policies/capabilities'
import { type Facts, factsFrom } from '#policies/facts'
import { type DecisionRequest, requestOf } from '#policies/request'
import { aggregateCapabilities } from './aggregate-capabilities.ts'
import type { Directory } from './directory.ts'
import type { Participant, Role } from './messages/directory.ts'
import type { Product } from './messages/product.ts'
import type { QueryRequest } from './messages/query.ts'
import type { Plan } from './plans/plan.ts'
import { holdersOf } from './session.ts'

/**
 * What the gateway passes for `queryOverlap`, which it cannot know: the distance to what was
 * released before is a fact of the holders' own ledgers (differencing). The gateway's decision
 * therefore says "permitted as far as shapes, parties and contracts go"; every holder decides
 * again with its own number, and with nothing at all the condition is unknown and refuses.
 */
export const OVERLAP_LEFT_TO_HOLDERS = Number.MAX_SAFE_INTEGER

/** What a party judges, all of it verified by that party itself. */
export interface QuestionParts {
  readonly request: QueryRequest
  readonly plan: Plan
  readonly product: Product
  readonly directory: Directory
  readonly gateway: string
  readonly release: string
  /** The judge's own clock, ms since the epoch. */
  readonly now: number
  /** The differencing distance to released queries in units; undefined where it is not known. */
  readonly queryOverlap: number | undefined
}

/** A query in the words of the policy language. */
export interface PolicyQuestion {
  readonly request: DecisionRequest
  readonly facts: Facts
  readonly capabilities: Capabilities
  /** The grade (数据分级) of the most sensitive column that is used, 1 to 5. */
  readonly dataLevel: number
}

/**
 * The one mapping from a query to what policies judge, shared by the gateway and every holder, so
 * that the same policy never means two things. Facts come from the signed request, the authority's
 * directory and product and the plan; "now" is when the consumer signed, so that all judges see
 * one instant (judgeQuestion bounds its age). Nothing comes from the gateway's word.
 * Throws `ProtocolError` when the directory does not list a party of the query as active.
 */
export function policyQuestion(parts: QuestionParts): PolicyQuestion {
  const { request, product, plan, gateway } = parts
  const dataLevel = dataLevelOf(plan, product)
  return {
    request: requestOf({
      action: 'bt:aggregate',
      target: product.product,
      collections: product.collections,
      assignee: request.consumer,
      operator: gateway,
      authorization: request.contract.id,
    }),
    facts: factsFrom({
      clock: { dateTime: Date.parse(request.issuedAt) },
      request: { purpose: request.purpose, 'bt:scenario': request.scenario },
      directory: directoryFacts(parts),
      catalogue: { 'bt:dataLevel': dataLevel },
      plan: shapeFacts(request, plan),
      guard: { 'bt:queryOverlap': parts.queryOverlap },
    }),
    capabilities: aggregateCapabilities(request.deliverTo),
    dataLevel,
  }
}

function directoryFacts({ directory, request, plan, gateway, release }: QuestionParts) {
  const listed = (did: string, role: Role) => directory.participant(did, role)
  const consumer = listed(request.consumer, 'consumer')
  const processors = [
    listed(gateway, 'gateway'),
    listed(release, 'release'),
    ...holdersOf(plan).map((holder) => listed(holder, 'holder')),
  ]
  return {
    'bt:role': [consumer.kind],
    'bt:participantState': consumer.state,
    'bt:identityLevel': consumer.identityLevel,
    'bt:jurisdiction': [countryOf(consumer)],
    'bt:recipientRegion': [countryOf(listed(request.deliverTo, 'consumer'))],
    'bt:processingRegion': unique(processors.map(countryOf)),
  }
}

function shapeFacts({ query }: QueryRequest, plan: Plan) {
  const groups = plan.groupBy.map(({ dimension }) => dimension)
  const filters = query.where.map(({ column }) => column)
  const measured = plan.panels.flatMap(({ question }) => columnsOf(question))
  return {
    'bt:aggregateFunction': unique(query.measures.map((measure) => measure.function)),
    'bt:groupByColumn': unique(groups),
    'bt:filterColumn': unique(filters),
    'bt:columnUse': unique([
      ...measured.map((column) => `${column}:AFTER_AGGREGATE`),
      ...groups.map((column) => `${column}:GROUP`),
      ...filters.map((column) => `${column}:FILTER`),
    ]),
  }
}

// A count uses no column, so the units that it counts weigh as much as whatever they carry.
function dataLevelOf(plan: Plan, product: Product): number {
  const levels = plan.panels.flatMap(({ part, question }) => {
    const used = columnsOf(question)
    return product.columns
      .filter((column) => column.part === part && (used.length === 0 || used.includes(column.name)))
      .map(({ level }) => level)
  })
  return levels.length === 0 ? 5 : Math.max(...levels)
}

function columnsOf({ amounts, flags }: Plan['panels'][number]['question']): string[] {
  return [...amounts.map(({ column }) => column), ...flags]
}

// GB/T 2260 gives the six digits of a division of China; else ISO 3166, with or without a part.
function countryOf({ region }: Participant): string {
  return /^[0-9]{6}$/.test(region) ? 'CN' : region.slice(0, 2)
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)].sort()
}
