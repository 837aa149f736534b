import type { Decision } from '../decision.ts'
import type { JsonValue } from '../json-value.ts'
import { readSet, Unreadable } from '../value.ts'
import { VOCABULARY } from '../vocabulary.ts'
import type { Expectation } from './test-file.ts'

/** One respect in which a decision differs from what a test expects. */
export interface Difference {
  readonly what: 'decision' | 'code' | 'layer' | 'controls' | 'duties'
  readonly expected: string
  readonly got: string
}

/** Compares a decision with an expectation; what is not stated is not compared. */
export function differences(decision: Decision, expect: Expectation): readonly Difference[] {
  const found: Difference[] = []
  const compare = (what: Difference['what'], expected: string | undefined, got: string) => {
    if (expected !== undefined && expected !== got) found.push({ what, expected, got })
  }
  compare('decision', expect.decision, decision.decision)
  compare('code', expect.code, decision.code)
  compare('layer', expect.layer, decision.layer ?? 'none')
  for (const [name, expected] of Object.entries(expect.controls ?? {})) {
    const got = decision.controls[name]
    const same = got !== undefined && normal(name, got) === normal(name, expected)
    if (!same)
      found.push({ what: 'controls', expected: shown(name, expected), got: shown(name, got) })
  }
  const duties = [...new Set(decision.duties.map(({ action }) => action))].sort()
  compare(
    'duties',
    expect.duties && JSON.stringify([...expect.duties].sort()),
    JSON.stringify(duties),
  )
  return found
}

/** One text per bound: `5`, `"5"` and a typed literal of 5 are the same. */
function normal(name: string, value: JsonValue): string {
  const operand = VOCABULARY.operands.get(name)
  if (operand === undefined) return JSON.stringify(value)
  const read = readSet(operand, value)
  return read instanceof Unreadable ? 'unreadable' : JSON.stringify(read)
}

function shown(name: string, value: JsonValue | undefined): string {
  return `${name} ${value === undefined ? 'none' : JSON.stringify(value)}`
}
