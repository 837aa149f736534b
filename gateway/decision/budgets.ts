import type { Snapshot } from '#policies/compile'
import type { Controls } from '#policies/controls'
import type { Decision } from '#policies/decision'
import { windowMs } from '#policies/literal'
import { VOCABULARY } from '#policies/vocabulary'
import type { Directory } from '#protocol/directory'
import type { QueryRequest } from '#protocol/messages/query'
import type { Counted, Reserved } from '../store/budget-store.ts'

/** Every counter that a rule of the snapshot could read. */
export function countersOfSnapshot({ rules }: Snapshot): Counted[] {
  const states = rules.flatMap((rule) => rule.states)
  const counted = states.map(({ key, atom }) => {
    return [key, { key, windowMs: windowOf(atom.operand.name, atom.unit) }] as const
  })
  return [...new Map(counted).values()]
}

/**
 * What a permitted question reserves: what the rules meter, and one query of the consumer's group
 * on this product. Affiliates share one group, so that registering anew resets nothing.
 */
export function reservationsOf(
  decision: Decision,
  controls: Controls,
  request: QueryRequest,
  directory: Directory,
): Reserved[] {
  const metered = decision.reservations.map(({ key, operand, unit, amount, limit }) => {
    return { key, amount, limit, windowMs: windowOf(operand, unit) }
  })
  const { consumerGroup, did } = directory.participant(request.consumer, 'consumer')
  const queries = {
    key: `queries|${consumerGroup ?? did}|${request.query.product}`,
    amount: 1,
    limit: controls.queriesPer,
    windowMs: controls.windowSeconds * 1000,
  }
  return [...metered, queries]
}

// A unit is a counting window only where the vocabulary says so; elsewhere it is a currency.
function windowOf(operand: string, unit: string | undefined): number | undefined {
  const hasWindow = VOCABULARY.operands.get(operand)?.window !== undefined
  return hasWindow && unit !== undefined ? windowMs(unit) : undefined
}
