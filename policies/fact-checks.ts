import type { Atom } from './policy.ts'
import { FALSE, TRUE, type Truth, UNKNOWN } from './truth.ts'
import type { Scalar, Value } from './value.ts'
import type { Operand } from './vocabulary.ts'
import type { OperatorName } from './vocabulary-document.ts'

/** What a condition on facts reads: the slots, by operand. */
export interface Reader {
  readonly facts: { readonly slots: readonly (Value | undefined)[] }
}

type FactCheck = (reader: Reader) => Truth

/**
 * Compiles a condition on a fact. INVARIANT: `Facts` holds only values of the operand's own type,
 * so no check looks at the type again; an empty slot is unknown under every operator.
 */
export function compileFactCheck({ operand, operator, bound }: Atom): FactCheck {
  const { index } = operand
  if (operator === 'isA') return memberCheck(index, operand.narrower?.get(String(bound)))
  if (typeof bound !== 'object') return scalarCheck(operand, operator, bound)
  if (operand.type === 'terms') return setCheck(index, operator, bound.map(String))
  const members: ReadonlySet<Scalar> = new Set(bound)
  return operator === 'isAnyOf' ? memberCheck(index, members) : outsiderCheck(index, members)
}

function scalarCheck({ index }: Operand, operator: OperatorName, bound: Scalar): FactCheck {
  if (operator === 'eq') return (reader) => equal(scalarAt(reader, index), bound)
  if (operator === 'neq') return (reader) => not(equal(scalarAt(reader, index), bound))
  return typeof bound === 'number' ? numberCheck(index, operator, bound) : () => UNKNOWN
}

function numberCheck(index: number, operator: OperatorName, bound: number): FactCheck {
  switch (operator) {
    case 'lt':
      return (reader) => below(numberAt(reader, index), bound)
    case 'lteq':
      return (reader) => atMost(numberAt(reader, index), bound)
    case 'gt':
      return (reader) => not(atMost(numberAt(reader, index), bound))
    case 'gteq':
      return (reader) => not(below(numberAt(reader, index), bound))
    default:
      return () => UNKNOWN
  }
}

const SMALL = 8

function memberCheck(index: number, members: ReadonlySet<Scalar> | undefined): FactCheck {
  if (members === undefined) return () => UNKNOWN
  if (members.size <= SMALL) {
    const few = [...members]
    return (reader) => among(scalarAt(reader, index), few)
  }
  return (reader) => {
    const value = scalarAt(reader, index)
    return value === undefined ? UNKNOWN : members.has(value) ? TRUE : FALSE
  }
}

function outsiderCheck(index: number, members: ReadonlySet<Scalar>): FactCheck {
  const member = memberCheck(index, members)
  return (reader) => not(member(reader))
}

function setCheck(index: number, operator: OperatorName, bound: readonly string[]): FactCheck {
  switch (operator) {
    case 'isAnyOf':
      return (reader) => not(disjoint(termsAt(reader, index), bound))
    case 'isNoneOf':
      return (reader) => disjoint(termsAt(reader, index), bound)
    case 'isPartOf':
      return (reader) => within(termsAt(reader, index), bound)
    case 'hasPart':
    case 'isAllOf':
      return (reader) => contains(termsAt(reader, index), bound)
    default:
      return () => UNKNOWN
  }
}

function scalarAt(reader: Reader, index: number): Scalar | undefined {
  return reader.facts.slots[index] as Scalar | undefined
}

function numberAt(reader: Reader, index: number): number | undefined {
  return reader.facts.slots[index] as number | undefined
}

function termsAt(reader: Reader, index: number): readonly string[] | undefined {
  return reader.facts.slots[index] as readonly string[] | undefined
}

function not(truth: Truth): Truth {
  return truth === UNKNOWN ? UNKNOWN : truth === TRUE ? FALSE : TRUE
}

function equal(value: Scalar | undefined, bound: Scalar): Truth {
  return value === undefined ? UNKNOWN : value === bound ? TRUE : FALSE
}

function below(value: number | undefined, bound: number): Truth {
  return value === undefined ? UNKNOWN : value < bound ? TRUE : FALSE
}

function atMost(value: number | undefined, bound: number): Truth {
  return value === undefined ? UNKNOWN : value <= bound ? TRUE : FALSE
}

function within(value: readonly string[] | undefined, bound: readonly string[]): Truth {
  return value === undefined ? UNKNOWN : contains(bound, value)
}

/** Whether every term of `part` is in `whole`; the sets are small, so a scan beats a hash. */
function contains(whole: readonly string[] | undefined, part: readonly string[]): Truth {
  if (whole === undefined) return UNKNOWN
  for (let at = 0; at < part.length; at++) {
    if (!has(whole, part[at])) return FALSE
  }
  return TRUE
}

function disjoint(value: readonly string[] | undefined, bound: readonly string[]): Truth {
  if (value === undefined) return UNKNOWN
  for (let at = 0; at < value.length; at++) {
    if (has(bound, value[at])) return FALSE
  }
  return TRUE
}

function among(value: Scalar | undefined, few: readonly Scalar[]): Truth {
  return value === undefined ? UNKNOWN : has(few, value) ? TRUE : FALSE
}

function has(set: readonly Scalar[], term: Scalar | undefined): boolean {
  for (let at = 0; at < set.length; at++) {
    if (set[at] === term) return true
  }
  return false
}
