import type { Product } from '#protocol/messages/product'
import type { GroupPart } from '#protocol/plans/aggregate-question'
import type { Panel } from '#protocol/plans/plan'
import { ConnectorError } from '../errors.ts'

/**
 * Refuses groups outside of the bounds that the plan's proof rests on (protocols.md, rule 5): data
 * that outgrew what its product declares would wrap without a sign. The code is that of every other
 * refusal, since it depends on data.
 */
export function checkCapacity(
  { part, question }: Panel,
  { parts }: Product,
  groups: readonly GroupPart[],
): void {
  const most = BigInt(parts.find(({ name }) => name === part)?.maxUnits ?? '0')
  const fits = groups.every(({ units, amounts, flags }) => {
    const inRange = question.amounts.every(({ lower, upper }, index) => {
      const sum = amounts[index]?.sum ?? 0n
      return units * lower <= sum && sum <= units * upper
    })
    return units <= most && inRange && flags.every((flag) => flag <= units)
  })
  if (fits) return
  throw new ConnectorError('HOLDER_REFUSES', 'more than the product declares', 'CAPACITY_EXCEEDED')
}
