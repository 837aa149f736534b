import type { OperatorName } from '../vocabulary-document.ts'
import type { Axis, Literal } from './axis.ts'

/** An interval with holes: what the literals leave of a number axis. */
export interface Interval {
  low: number
  high: number
  lowOpen: boolean
  highOpen: boolean
  readonly holes: Set<number>
  /** The only values left, where some literal lists them. */
  listed: ReadonlySet<number> | undefined
}

const OPPOSITE: Partial<Readonly<Record<OperatorName, OperatorName>>> = {
  lt: 'gteq',
  gteq: 'lt',
  gt: 'lteq',
  lteq: 'gt',
  eq: 'neq',
  neq: 'eq',
  isAnyOf: 'isNoneOf',
  isNoneOf: 'isAnyOf',
}

/** A number that satisfies every literal, as close to the lower bound as it gets; else undefined. */
export function solveNumber(axis: Axis, literals: readonly Literal[]): number | undefined {
  const left = intervalOf(axis, literals)
  return left === undefined ? undefined : pick(axis, left)
}

/** What the literals leave; undefined where a literal is none that numbers know. */
export function intervalOf(axis: Axis, literals: readonly Literal[]): Interval | undefined {
  const left: Interval = {
    low: axis.min,
    high: axis.max,
    lowOpen: axis.minOpen,
    highOpen: false,
    holes: new Set(),
    listed: undefined,
  }
  for (const { operator, negated, values } of literals) {
    const applied = negated ? OPPOSITE[operator] : operator
    if (applied === undefined) return undefined
    for (const value of values) if (typeof value !== 'number') return undefined
    narrow(left, applied, values as readonly number[], axis.integer)
  }
  return left
}

function narrow(
  left: Interval,
  operator: OperatorName,
  values: readonly number[],
  integer: boolean,
): void {
  const [value = 0] = values
  switch (operator) {
    case 'lt':
      lower(left, integer ? Math.ceil(value) - 1 : value, !integer)
      break
    case 'lteq':
      lower(left, integer ? Math.floor(value) : value, false)
      break
    case 'gt':
      raise(left, integer ? Math.floor(value) + 1 : value, !integer)
      break
    case 'gteq':
      raise(left, integer ? Math.ceil(value) : value, false)
      break
    case 'neq':
    case 'isNoneOf':
      for (const hole of values) left.holes.add(hole)
      break
    default:
      // eq, isAnyOf; isAllOf of one value on an axis that holds one value.
      left.listed = listed(left.listed, all(operator, values) ? [] : values)
  }
}

/** Whether one number would have to be several. */
function all(operator: OperatorName, values: readonly number[]): boolean {
  return operator === 'isAllOf' && new Set(values).size > 1
}

function lower(left: Interval, high: number, open: boolean): void {
  if (high > left.high || (high === left.high && !open)) return
  left.high = high
  left.highOpen = open
}

function raise(left: Interval, low: number, open: boolean): void {
  if (low < left.low || (low === left.low && !open)) return
  left.low = low
  left.lowOpen = open
}

function listed(known: ReadonlySet<number> | undefined, values: readonly number[]) {
  const set = new Set(values)
  return known === undefined ? set : new Set([...known].filter((value) => set.has(value)))
}

function pick(axis: Axis, left: Interval): number | undefined {
  const fits = (value: number) =>
    (left.lowOpen ? value > left.low : value >= left.low) &&
    (left.highOpen ? value < left.high : value <= left.high) &&
    !left.holes.has(value) &&
    (!axis.integer || Number.isInteger(value))
  if (left.listed !== undefined) return [...left.listed].find(fits)
  const first = axis.integer ? startOf(left) : undefined
  if (first !== undefined && fits(first)) return first
  return candidates(axis, left).find(fits)
}

function startOf({ low, high }: Interval): number {
  return Number.isFinite(low) && low > Number.MIN_SAFE_INTEGER ? low : Math.min(0, high)
}

/** Enough candidates that one fits if any number does: holes take one each. */
function candidates(axis: Axis, left: Interval): readonly number[] {
  const { low, high, holes } = left
  if (low > high) return []
  const tries = Array.from({ length: holes.size + 2 }, (_, at) => at)
  const start = startOf(left)
  if (axis.integer) return tries.map((at) => start + at)
  const end = Number.isFinite(high) ? high : start + 1
  const inside = tries.map((at) => start + ((end - start) * (at + 1)) / (holes.size + 3))
  return [start, ...inside, end]
}
