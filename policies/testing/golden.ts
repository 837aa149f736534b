import { outcomeAt } from '../decision.ts'
import { LAYERS } from '../vocabulary-document.ts'
import type { TestReport } from './run-tests.ts'

/** The traces of a test run, as they are kept beside the test file and compared later. */
export type Golden = Readonly<Record<string, GoldenCase>>

export interface GoldenCase {
  readonly code: string
  /** The outcome of each layer. */
  readonly layers: readonly string[]
  /** Each judged rule with its truth: T, F or U. */
  readonly rules: Readonly<Record<string, string>>
}

/** The traces of a report, by case. */
export function goldenOf({ cases }: TestReport): Golden {
  return Object.fromEntries(
    cases.map(({ name, decision }) => [
      name,
      {
        code: decision.code,
        layers: LAYERS.map((_, at) => outcomeAt(decision.judged.outcomes, at)),
        rules: Object.fromEntries(
          decision.trace.map(({ rule, truth }) => [rule.key, 'FTU'[truth] ?? '']).sort(),
        ),
      },
    ]),
  )
}

/** What changed since the traces were kept, one line each. */
export function goldenDifferences(kept: Golden, now: Golden): readonly string[] {
  const names = [...new Set([...Object.keys(kept), ...Object.keys(now)])]
  return names.flatMap((name) => {
    const [before, after] = [kept[name], now[name]]
    if (before === undefined || after === undefined) {
      return [`${name}: ${before === undefined ? 'is new' : 'is gone'}`]
    }
    return caseDifferences(name, before, after)
  })
}

function caseDifferences(name: string, before: GoldenCase, after: GoldenCase): readonly string[] {
  const lines: string[] = []
  if (before.code !== after.code) lines.push(`${name}: ${before.code} became ${after.code}`)
  for (const [at, layer] of LAYERS.entries()) {
    if (before.layers[at] === after.layers[at]) continue
    lines.push(`${name}: ${layer} ${before.layers[at]} became ${after.layers[at]}`)
  }
  for (const rule of new Set([...Object.keys(before.rules), ...Object.keys(after.rules)])) {
    const [was, is] = [before.rules[rule] ?? 'absent', after.rules[rule] ?? 'absent']
    if (was !== is) lines.push(`${name}: ${rule} ${was} became ${is}`)
  }
  return lines
}
