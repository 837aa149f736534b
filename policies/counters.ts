import { PolicyError } from './errors.ts'
import { VOCABULARY } from './vocabulary.ts'

/**
 * What the ledger says has been used so far, and which duties were performed. Integers in the
 * engine's units: uses, 10⁻⁹ of ε, fen, milliseconds. A ledger that knows an operand and lists no
 * entry has counted nothing; an operand it does not know is unknown, and so refuses.
 */
export interface Counters {
  /** By counter key (see `Reservation`). */
  readonly used: ReadonlyMap<string, number>
  /** By state operand: for a counter without an entry of its own; 0 unless stated. */
  readonly usedByOperand: readonly number[]
  /** By duty key; a duty that is absent has not been performed yet. */
  readonly duties: ReadonlyMap<string, 'fulfilled' | 'violated'>
  /** One byte per state operand: whether this ledger counts it. */
  readonly knows: Uint8Array
}

const STATES = VOCABULARY.list.slice(0, VOCABULARY.states)
const NONE_USED: readonly number[] = STATES.map(() => 0)
const EVERY_STATE = stateMask()

/** No ledger: every state condition is unknown. */
export const NO_LEDGER: Counters = {
  used: new Map(),
  usedByOperand: NONE_USED,
  duties: new Map(),
  knows: new Uint8Array(STATES.length),
}

/**
 * A ledger's answer, by counter key or, for all counters of an operand, by its name. `operands`
 * names what the ledger counts (all state operands unless said otherwise). Refuses with `FACT_INVALID` a count that is no safe integer of zero or more.
 */
export function countersOf(
  used: Readonly<Record<string, number>> = {},
  duties: Readonly<Record<string, 'fulfilled' | 'violated'>> = {},
  operands?: readonly string[],
): Counters {
  for (const value of Object.values(used)) {
    if (Number.isSafeInteger(value) && value >= 0) continue
    throw new PolicyError({
      code: 'FACT_INVALID',
      pointer: '',
      reason: 'a counter takes a whole number of zero or more',
    })
  }
  const byKey = new Map<string, number>()
  const byOperand = [...NONE_USED]
  for (const [name, amount] of Object.entries(used)) {
    const operand = VOCABULARY.operands.get(name)
    if (operand === undefined) byKey.set(name, amount)
    else if (operand.kind === 'state') byOperand[operand.index] = amount
  }
  return {
    used: byKey,
    usedByOperand: byOperand,
    duties: new Map(Object.entries(duties)),
    knows: operands === undefined ? EVERY_STATE : stateMask(operands),
  }
}

function stateMask(operands?: readonly string[]): Uint8Array {
  return Uint8Array.from(STATES, ({ name }) => Number(operands?.includes(name) ?? true))
}
