import type { Decision } from '../decision.ts'
import { PolicyError } from '../errors.ts'
import type { JsonValue } from '../json-value.ts'
import { readScalar, Unreadable } from '../value.ts'
import { VOCABULARY } from '../vocabulary.ts'

/** A claim over varied facts: where every condition holds, the decision must be as said. */
export interface Assertion {
  readonly applies: (varied: Readonly<Record<string, JsonValue>>) => boolean
  readonly holds: (decision: Decision) => boolean
}

const CONDITION = /^(\S+)\s*(>=|<=|==|!=|>|<)\s*(\S+)$/

/**
 * Reads `bt:dataLevel >= 4 => deny`, `bt:role == bank and bt:identityLevel < 3 => DENY_NO_PERMIT`, or
 * a bare outcome that must hold always. Throws `PolicyError` for anything else.
 */
export function readAssertion(text: string, pointer: string): Assertion {
  const [left = '', right] = text.split('=>').map((part) => part.trim())
  const outcome = right ?? left
  const conditions = right === undefined || left === '' ? [] : left.split(/\s+and\s+/)
  const tests = conditions.map((condition) => readCondition(condition, pointer))
  if (outcome === '') refuse(pointer)
  return {
    applies: (varied) => tests.every((test) => test(varied)),
    holds: ({ decision, code }) => outcome === decision || outcome === code,
  }
}

function readCondition(
  condition: string,
  pointer: string,
): (varied: Readonly<Record<string, JsonValue>>) => boolean {
  const [, name = '', operator = '', literal = ''] = CONDITION.exec(condition) ?? []
  const operand = VOCABULARY.operands.get(name) ?? refuse(pointer)
  const bound = readScalar(operand, literal.replace(/^["']|["']$/g, ''))
  if (bound instanceof Unreadable) return refuse(pointer)
  return (varied) => {
    const value = readScalar(operand, varied[name] ?? null)
    return !(value instanceof Unreadable) && compare(value, operator, bound)
  }
}

function compare(value: number | string, operator: string, bound: number | string): boolean {
  switch (operator) {
    case '>=':
      return value >= bound
    case '<=':
      return value <= bound
    case '>':
      return value > bound
    case '<':
      return value < bound
    case '==':
      return value === bound
    default:
      return value !== bound
  }
}

function refuse(pointer: string): never {
  const reason = 'assert takes conditions on varied operands, then => and an outcome'
  throw new PolicyError({ code: 'POLICY_SYNTAX', pointer: `${pointer}/assert`, reason })
}
