import { compile } from '../compile.ts'
import type { Snapshot } from '../compiled.ts'
import { decide } from '../decide.ts'
import type { Decision } from '../decision.ts'
import { PolicyError } from '../errors.ts'
import type { JsonValue } from '../json-value.ts'
import type { Policy } from '../policy.ts'
import { readAssertion } from './assertion.ts'
import { Coverage, type CoverageReport } from './coverage.ts'
import { type Difference, differences } from './expectation.ts'
import { mutantsOf } from './mutants.ts'
import type { ForAll, TestCase, TestFile } from './test-file.ts'
import { inputsOf } from './world.ts'

export interface CaseResult {
  readonly name: string
  readonly decision: Decision
  readonly differences: readonly Difference[]
}

/** A `forall` with the first combination that breaks it, if any does. */
export interface ForAllResult {
  readonly assert: string
  readonly combinations: number
  readonly counterexample: Readonly<Record<string, JsonValue>> | undefined
}

export interface MutationReport {
  readonly total: number
  readonly killed: number
  readonly score: number
  /** The mutants that no case noticed. */
  readonly survivors: readonly string[]
}

export interface TestReport {
  readonly cases: readonly CaseResult[]
  readonly forall: readonly ForAllResult[]
  readonly coverage: CoverageReport
  readonly mutation: MutationReport
  /** The demands of `require` that are not met: name, wanted share, reached share. */
  readonly unmet: readonly {
    readonly name: string
    readonly wanted: number
    readonly got: number
  }[]
  readonly passed: boolean
}

/**
 * Runs a policy test file over its policies: every case and every `forall`, coverage per rule and
 * constraint, and a mutation score (the share of small mistakes in the policies that the file
 * notices). Policies in any status but `revoked` and `suspended` take part, so that a draft can be
 * tested before it is active.
 */
export function runTests(file: TestFile, policies: readonly Policy[]): TestReport {
  const snapshot = compileAll(policies)
  const coverage = new Coverage(snapshot)
  const cases = file.cases.map((one) => runCase(one, snapshot, coverage))
  const forall = file.forall.map((one) => runForAll(one, file.cases, snapshot, coverage))
  const sound =
    cases.every((result) => result.differences.length === 0) &&
    forall.every(({ counterexample }) => counterexample === undefined)
  const mutation = sound ? mutate(file, policies) : NO_MUTATION
  const report = coverage.report()
  const unmet = unmetOf(file, report, mutation)
  return { cases, forall, coverage: report, mutation, unmet, passed: sound && unmet.length === 0 }
}

const NO_MUTATION: MutationReport = { total: 0, killed: 0, score: 0, survivors: [] }

function compileAll(policies: readonly Policy[]): Snapshot {
  return compile(policies, { statuses: ['draft', 'shadow', 'active'] })
}

function runCase(one: TestCase, snapshot: Snapshot, coverage?: Coverage): CaseResult {
  const decision = decideCase(one, snapshot)
  coverage?.add(decision)
  return { name: one.name, decision, differences: differences(decision, one.expect) }
}

function decideCase(one: TestCase, snapshot: Snapshot): Decision {
  const { request, facts, counters, capabilities } = inputsOf(one, snapshot)
  return decide(request, snapshot, facts, counters, capabilities)
}

function runForAll(
  { vary, of, assert, pointer }: ForAll,
  cases: readonly TestCase[],
  snapshot: Snapshot,
  coverage?: Coverage,
): ForAllResult {
  const base = cases.find(({ name }) => name === of)
  if (base === undefined) {
    const reason = 'of takes the name of a case'
    throw new PolicyError({ code: 'POLICY_UNKNOWN_TERM', pointer: `${pointer}/of`, reason })
  }
  const assertion = readAssertion(assert, pointer)
  const all = combinations(Object.entries(vary), pointer)
  const counterexample = all.find((varied) => {
    const decision = decideCase(withFacts(base, varied), snapshot)
    coverage?.add(decision)
    return assertion.applies(varied) && !assertion.holds(decision)
  })
  return { assert, combinations: all.length, counterexample }
}

function withFacts(base: TestCase, varied: Readonly<Record<string, JsonValue>>): TestCase {
  const { action, ...facts } = varied
  const request = { ...base.request, facts: { ...base.request.facts, ...facts } }
  return { ...base, request: typeof action === 'string' ? { ...request, action } : request }
}

function combinations(
  entries: readonly (readonly [string, readonly JsonValue[]])[],
  pointer: string,
): readonly Readonly<Record<string, JsonValue>>[] {
  const size = entries.reduce((product, [, values]) => product * values.length, 1)
  if (size > 10_000) {
    const reason = 'more than 10,000 combinations'
    throw new PolicyError({ code: 'POLICY_TOO_LARGE', pointer: `${pointer}/vary`, reason })
  }
  return entries.reduce<Record<string, JsonValue>[]>(
    (all, [name, values]) =>
      all.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
    [{}],
  )
}

function mutate(file: TestFile, policies: readonly Policy[]): MutationReport {
  const survivors: string[] = []
  let total = 0
  for (const [at, policy] of policies.entries()) {
    for (const mutant of mutantsOf(policy)) {
      total++
      const snapshot = compileAll(policies.toSpliced(at, 1, mutant.policy))
      if (survives(file, snapshot)) survivors.push(mutant.name)
    }
  }
  const killed = total - survivors.length
  return { total, killed, score: total === 0 ? 1 : killed / total, survivors }
}

function survives(file: TestFile, snapshot: Snapshot): boolean {
  const noticed =
    file.cases.some((one) => runCase(one, snapshot).differences.length > 0) ||
    file.forall.some((one) => runForAll(one, file.cases, snapshot).counterexample !== undefined)
  return !noticed
}

function unmetOf(
  { require }: TestFile,
  { ruleCoverage, constraintTF }: CoverageReport,
  { score }: MutationReport,
): TestReport['unmet'] {
  const reached = { ruleCoverage, constraintTF, mutationScore: score }
  return Object.entries(reached)
    .map(([name, got]) => ({ name, got, wanted: require[name as keyof typeof reached] ?? 0 }))
    .filter(({ wanted, got }) => got < wanted)
}
