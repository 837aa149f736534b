import { ProtocolError } from '../errors.ts'
import type { Grid, Product } from '../messages/product.ts'
import type { Condition } from '../messages/query.ts'
import type { CheckedCondition } from './aggregate-question.ts'

/** The operators of the closed grammar; anything else is `OPERATOR_UNKNOWN`. */
export const OPERATORS = ['eq', 'isAnyOf', 'gteq', 'lt'] as const

/**
 * Checks every condition against the product: known column, operator of its kind, codes of the
 * domain, cuts of the grid. The result is in canonical order, so that equivalent filters are one.
 */
export function checkConditions(
  conditions: readonly Condition[],
  product: Product,
): CheckedCondition[] {
  const checked = conditions.map((condition, index) => check(condition, product, `/where/${index}`))
  return checked.sort((a, b) => (orderKey(a) < orderKey(b) ? -1 : 1))
}

function orderKey(condition: CheckedCondition): string {
  const literal = condition.operator === 'isAnyOf' ? condition.codes.join(',') : `${condition.cut}`
  return `${condition.column} ${condition.operator} ${literal}`
}

function check(condition: Condition, product: Product, place: string): CheckedCondition {
  const { column, operator } = condition
  if (!OPERATORS.some((known) => known === operator)) {
    const known = OPERATORS.join(', ')
    throw new ProtocolError('OPERATOR_UNKNOWN', `known are ${known}`, `${place}/operator`)
  }
  const dimension = product.dimensions.find(({ name }) => name === column)
  if (dimension !== undefined) {
    const domain = dimension.categories.map(({ code }) => code)
    return checkCodes(condition, domain, place)
  }
  const grid = product.grids.find(({ name }) => name === column)
  if (grid !== undefined) return checkCut(condition, grid, place)
  throw new ProtocolError('COLUMN_UNKNOWN', `no filter column \`${column}\``, `${place}/column`)
}

function checkCodes(
  condition: Condition,
  domain: readonly string[],
  place: string,
): CheckedCondition {
  const { column, operator, value } = condition
  const single = typeof value === 'string'
  if ((operator !== 'eq' || !single) && (operator !== 'isAnyOf' || single)) {
    const rule = 'a dimension takes `eq` with one code or `isAnyOf` with a list'
    throw new ProtocolError('OPERATOR_UNKNOWN', rule, `${place}/operator`)
  }
  const codes = [...new Set(single ? [value] : value)].sort()
  if (!codes.every((code) => domain.includes(code))) {
    const rule = `not a code of the domain of \`${column}\``
    throw new ProtocolError('VALUE_OUTSIDE_DOMAIN', rule, `${place}/value`)
  }
  return { column, operator: 'isAnyOf', codes }
}

function checkCut(
  { column, operator, value }: Condition,
  grid: Grid,
  place: string,
): CheckedCondition {
  if (operator !== 'gteq' && operator !== 'lt') {
    throw new ProtocolError('OPERATOR_UNKNOWN', 'a grid takes `gteq` or `lt`', `${place}/operator`)
  }
  if (typeof value !== 'string' || !grid.cuts.includes(value)) {
    const rule = `not a declared cut of \`${column}\``
    throw new ProtocolError('VALUE_OUTSIDE_DOMAIN', rule, `${place}/value`)
  }
  return { column, operator, cut: BigInt(value) }
}
