import { PolicyError } from './errors.ts'
import type { JsonValue } from './json-value.ts'
import { FALSE, TRUE, type Truth, UNKNOWN } from './truth.ts'
import { readScalar, Unreadable } from './value.ts'
import { type Operand, VOCABULARY } from './vocabulary.ts'

/** How far an executor can honour one control: `true` for any bound, `false` for none. */
export type Declared =
  | boolean
  | {
      /** Highest minimum, or highest ordinal level, that it can keep to. */
      readonly atMost?: JsonValue
      /** Lowest maximum that it can keep to. */
      readonly atLeast?: JsonValue
      /** The forms, protocols or recipients that it can serve. */
      readonly anyOf?: readonly string[]
    }

interface Limits {
  readonly atMost: number
  readonly atLeast: number
  readonly anyOf: ReadonlySet<string> | undefined
}

/** The executor's declared abilities. A control it says nothing about is unknown, and refuses. */
export interface Capabilities {
  /** One truth per operand of the vocabulary. */
  readonly honours: Uint8Array
  readonly limits: ReadonlyMap<number, Limits>
  /** True when every control is honoured without limits. */
  readonly unlimited: boolean
}

/** An executor that honours every control of the vocabulary: for author tools and tests. */
export const EVERY_CAPABILITY: Capabilities = {
  honours: new Uint8Array(VOCABULARY.list.length).fill(TRUE),
  limits: new Map(),
  unlimited: true,
}

/** Types a declaration by operand name. Refuses with `FACT_INVALID` a name that is no control. */
export function capabilitiesOf(declared: Readonly<Record<string, Declared>>): Capabilities {
  const honours = new Uint8Array(VOCABULARY.list.length).fill(UNKNOWN)
  const limits = new Map<number, Limits>()
  for (const [name, ability] of Object.entries(declared)) {
    const operand = VOCABULARY.operands.get(name)
    if (operand?.kind !== 'control') throw invalid('a capability takes the name of a control')
    honours[operand.index] = ability === false ? FALSE : TRUE
    if (typeof ability === 'object') limits.set(operand.index, readLimits(operand, ability))
  }
  return { honours, limits, unlimited: false }
}

/** Whether the executor can keep a numeric control between `min` and `max`. */
export function honoursRange(
  { honours, limits }: Capabilities,
  index: number,
  min: number | undefined,
  max: number | undefined,
): Truth {
  const ability = honours[index] as Truth
  const limit = limits.get(index)
  if (ability !== TRUE || limit === undefined) return ability
  if (min !== undefined && min > limit.atMost) return FALSE
  return max !== undefined && max < limit.atLeast ? FALSE : TRUE
}

/** Whether the executor can serve at least one of the allowed terms. */
export function honoursTerms(
  { honours, limits }: Capabilities,
  index: number,
  terms: readonly string[],
): Truth {
  const ability = honours[index] as Truth
  const served = limits.get(index)?.anyOf
  if (ability !== TRUE || served === undefined) return ability
  return terms.some((term) => served.has(term)) ? TRUE : FALSE
}

function readLimits(operand: Operand, ability: Exclude<Declared, boolean>): Limits {
  return {
    atMost: readLimit(operand, ability.atMost) ?? Number.POSITIVE_INFINITY,
    atLeast: readLimit(operand, ability.atLeast) ?? Number.NEGATIVE_INFINITY,
    anyOf: ability.anyOf === undefined ? undefined : new Set(ability.anyOf),
  }
}

function readLimit(operand: Operand, literal: JsonValue | undefined): number | undefined {
  if (literal === undefined) return undefined
  const value = readScalar(operand, literal)
  if (value instanceof Unreadable || typeof value === 'string') {
    throw invalid(`a limit of ${operand.name} is no value of it`)
  }
  return value
}

function invalid(reason: string): PolicyError {
  return new PolicyError({ code: 'FACT_INVALID', pointer: '', reason })
}
