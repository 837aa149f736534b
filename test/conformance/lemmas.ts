import type { Literal } from '#policies/analysis/axis'
import { solve } from '#policies/analysis/solve'
import { intervalOf } from '#policies/analysis/solve-number'
import type { JsonObject } from '#policies/json-value'
import { foreignRules } from '#policies/odrl/foreign'
import { orVerdict, type Verdict, xoneVerdict } from '#policies/odrl/verdict'
import type { PolicyQuestion } from './corpus.ts'

/**
 * Some problems of DECOMP are statements about intervals and verdicts in general; the policy beside
 * them is an illustration. Each is checked on the engine's own functions. The source labels a
 * statement by its refutation: Conflict where the negation has no model.
 */
export function lemmaVerdict({
  problem = '',
  policies = [],
  relation,
}: PolicyQuestion): Verdict | undefined {
  if (policies.length !== 1 || relation === 'realizability') return undefined
  const lemma = LEMMAS.find(([pattern]) => pattern.test(problem))
  return lemma?.[1](policies[0] ?? {}, problem)
}

type Lemma = (policy: JsonObject, problem: string) => Verdict

const VERDICTS: readonly Verdict[] = ['Compatible', 'Conflict', 'Unknown']
/** The supremum of the width axis in the source's examples. */
const SUPREMUM = 1200

const LEMMAS: readonly (readonly [RegExp, Lemma])[] = [
  [/^or_conflict/, () => orVerdict(['Conflict', 'Conflict'])],
  [/^or_unknown/, () => orVerdict(['Unknown', 'Conflict'])],
  [/^xone_conflict/, () => xoneVerdict(['Conflict', 'Conflict'])],
  [/^or_verdict_total/, () => refuted(!isTotal(orVerdict))],
  [/^xone_verdict_total/, () => refuted(!isTotal(xoneVerdict))],
  [
    /upper_tag\(gteq,c\) is NOT derivable/,
    (policy) => (hasUpperBound(policy) ? 'Conflict' : 'Unknown'),
  ],
  [/point outside box[0-9] on axis ([0-9])/, outside],
  [/in_closed\(X,V,V\) iff X=V/, (policy) => refuted(meets(pinched(policy)))],
  [/conflicting same-axis constraints/, (policy) => refuted(meets(contradicted(policy)))],
  [/gt at effective upper bound/, (policy) => refuted(meets(upTo(policy, boundOf(policy))))],
  [/^wf_(eq|lteq|gteq|lt|gt):/, (policy) => refuted(!meets(upTo(policy, SUPREMUM)))],
  [/^wf_(lt|gt) violation/, (policy) => refuted(meets(upTo(policy, SUPREMUM)))],
  [/^nonempty: wf/, (policy) => refuted(!meets(upTo(policy, SUPREMUM)))],
]

/** Conflict where the negation of the statement was found to have no model. */
function refuted(negationHolds: boolean): Verdict {
  return negationHolds ? 'Compatible' : 'Conflict'
}

function isTotal(combine: (verdicts: readonly Verdict[]) => Verdict): boolean {
  return VERDICTS.every((a) => VERDICTS.every((b) => VERDICTS.includes(combine([a, b]))))
}

function literals(policy: JsonObject): readonly Literal[] {
  return foreignRules(policy)[0]?.boxes[0] ?? []
}

function boundOf(policy: JsonObject): number {
  return Number(literals(policy)[0]?.values[0])
}

function meets(box: readonly Literal[]): boolean {
  return solve(box) !== undefined
}

function hasUpperBound(policy: JsonObject): boolean {
  const [first] = literals(policy)
  const left = first === undefined ? undefined : intervalOf(first.axis, literals(policy))
  return left !== undefined && Number.isFinite(left.high)
}

function outside(policy: JsonObject, problem: string): Verdict {
  const axis = Number(/axis ([0-9])/.exec(problem)?.[1]) - 1
  const literal = literals(policy)[axis]
  return literal !== undefined && meets([...literals(policy), { ...literal, negated: true }])
    ? 'Compatible'
    : 'Conflict'
}

/** Between V and V, yet not V. */
function pinched(policy: JsonObject): readonly Literal[] {
  return literals(policy).flatMap((literal) => [
    { ...literal, operator: 'lteq' },
    { ...literal, operator: 'gteq' },
    { ...literal, operator: 'neq' },
  ])
}

function contradicted(policy: JsonObject): readonly Literal[] {
  return literals(policy).flatMap((literal) => [literal, { ...literal, negated: true }])
}

/** The policy's constraint on an axis that ends at `max`. */
function upTo(policy: JsonObject, max: number): readonly Literal[] {
  return literals(policy).map((literal) => ({ ...literal, axis: { ...literal.axis, max } }))
}
