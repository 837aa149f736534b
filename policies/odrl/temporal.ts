import type { Axis, Literal } from '../analysis/axis.ts'
import type { Box } from '../analysis/normal-form.ts'
import { intervalOf } from '../analysis/solve-number.ts'

/** What operands of time imply about each other; axes alone are independent. */

/** A sequence of delays takes at least their sum, and metered time never exceeds elapsed time. */
export function impliedElapsed(box: Box, inSequence: boolean, elapsed: Axis): readonly Literal[] {
  const delays = inSequence ? atLeast(box, 'delayPeriod') : []
  const sum = delays.reduce((total, delay) => total + delay, 0)
  const metered = Math.max(0, ...atLeast(box, 'meteredTime'))
  return [sum, metered]
    .filter((seconds) => seconds > 0)
    .map((seconds) => ({ axis: elapsed, operator: 'gteq', negated: false, values: [seconds] }))
}

function atLeast(box: Box, name: string): readonly number[] {
  return box
    .filter(({ axis, negated }) => axis.name === name && !negated)
    .filter(({ operator }) => operator === 'eq' || operator === 'gteq' || operator === 'gt')
    .map(({ values }) => Number(values[0]))
}

/**
 * Whether two recurrences (`timeInterval eq P30D`) ever fall on one instant, inside the windows that
 * both boxes set. Recurrences start at the earliest instant named by either, the second `offset`
 * seconds later. True where a box states no recurrence.
 */
export function recurrencesMeet(a: Box, b: Box, offset: number): boolean {
  const [first, second] = [periodOf(a), periodOf(b)]
  if (first === undefined || second === undefined) return true
  const step = gcd(first, second)
  const offsetMs = Math.round(offset * 1000)
  if (offsetMs % step !== 0) return false
  const together = (first / step) * second
  let meeting = 0
  while ((meeting - offsetMs) % second !== 0) meeting += first
  const [from, to] = windowOf([...a, ...b])
  if (from === undefined || to === undefined) return true
  const anchor = Math.min(...startsOf([...a, ...b]))
  const steps = Math.ceil((from - anchor - meeting) / together)
  return anchor + meeting + Math.max(0, steps) * together <= to
}

/** The box without its recurrence, which is judged by `recurrencesMeet`. */
export function withoutRecurrence(box: Box): Box {
  return box.filter(({ axis }) => axis.name !== 'timeInterval')
}

/** In whole milliseconds: fractions of a second would never meet exactly. */
function periodOf(box: Box): number | undefined {
  const literal = box.find(
    ({ axis, operator, negated }) => axis.name === 'timeInterval' && operator === 'eq' && !negated,
  )
  const period = Math.round(Number(literal?.values[0] ?? Number.NaN) * 1000)
  return period > 0 ? period : undefined
}

function windowOf(box: Box): readonly [number | undefined, number | undefined] {
  const instants = box.filter(({ axis }) => axis.name === 'dateTime')
  const axis = instants[0]?.axis
  const window = axis === undefined ? undefined : intervalOf(axis, instants)
  if (window === undefined) return [undefined, undefined]
  const bounded = Number.isFinite(window.low) && Number.isFinite(window.high)
  return bounded ? [window.low, window.high] : [undefined, undefined]
}

function startsOf(box: Box): readonly number[] {
  return box
    .filter(
      ({ axis, operator }) =>
        axis.name === 'dateTime' && (operator === 'gteq' || operator === 'gt'),
    )
    .map(({ values }) => Number(values[0]))
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b)
}
