import { decideOn, policiesOf, prepare, snapshotOf } from '../../bench/policies/baotu.ts'
import { cedarPreparsed } from '../../bench/policies/cedar.ts'
import { workload } from '../../bench/policies/workload.ts'
import { checkProperties, LAWS } from '../policies/properties.ts'

const CASES = 1_000_000
const STEP = 10_000
const CEDAR_SETS = 1000

/**
 * Checks the laws of the engine over a million generated cases (or as many as named), and agreement
 * with Cedar over as many of the fragment that both can say. Answers an exit code.
 */
export function runProperties(
  [wanted, from]: readonly string[],
  print: (line: string) => void,
): number {
  const cases = wanted === undefined ? CASES : Number(wanted)
  const first = from === undefined ? 1 : Number(from)
  const violations: string[] = []
  let permits = 0
  for (let done = 0; done < cases; done += STEP) {
    const report = checkProperties(Math.min(STEP, cases - done), first + done)
    permits += report.permits
    violations.push(...report.violations)
    if ((done / STEP) % 10 === 9) print(`  ${done + STEP} cases, ${violations.length} violations`)
  }
  for (const name of Object.keys(LAWS)) {
    const broken = violations.filter((violation) => violation.startsWith(`${name}:`)).length
    print(`${name.padEnd(50)} ${cases - broken}/${cases}`)
  }
  for (const violation of violations.slice(0, 20)) print(`  ${violation}`)
  print(`permits among the cases: ${permits}`)
  const differing = differencesFromCedar(Math.ceil((CEDAR_SETS * cases) / CASES))
  print(`differences from cedar: ${differing.different}/${differing.compared}`)
  return violations.length === 0 && differing.different === 0 ? 0 : 1
}

function differencesFromCedar(sets: number): {
  readonly different: number
  readonly compared: number
} {
  let different = 0
  let compared = 0
  for (let seed = 1; seed <= sets; seed++) {
    const { rules, requests } = workload(10, seed)
    const cedar = cedarPreparsed(rules)
    const snapshot = snapshotOf(policiesOf(rules))
    for (const request of requests) {
      compared++
      const permitted = decideOn(snapshot, prepare(request)).decision === 'permit'
      if (permitted !== cedar(request)) different++
    }
  }
  return { different, compared }
}
