import type { Literal } from '../analysis/axis.ts'
import type { Box } from '../analysis/normal-form.ts'
import { solveAxis } from '../analysis/solve.ts'
import type { JsonObject } from '../json-value.ts'
import { conjunction, disjunction, FALSE, TRUE, type Truth, UNKNOWN } from '../truth.ts'
import { foreignRules } from './foreign.ts'
import { localName } from './scalar.ts'
import { fold, orVerdict, type Verdict } from './verdict.ts'

/**
 * Whether two policies can be met together where terms may be related in ways that no policy says:
 * two different purposes may be one inside the other, so only equal terms are surely compatible.
 * Language tags say themselves what they are part of (BCP 47); numbers have their order.
 */
export function groundedVerdict(policies: readonly JsonObject[]): Verdict {
  const [first = [], second = []] = policies.map(foreignRules)
  const verdicts = first.flatMap((a) =>
    second.flatMap((b) =>
      a.boxes.flatMap((left) => b.boxes.map((right) => boxVerdict([...left, ...right]))),
    ),
  )
  return verdicts.length === 0 ? 'Unknown' : orVerdict(verdicts)
}

function boxVerdict(box: Box): Verdict {
  const byAxis = [...Map.groupBy(box, ({ axis }) => axis.name)]
  if (byAxis.length === 0) return 'Compatible'
  return fold(byAxis.map(([name, literals]) => axisVerdict(name, literals)))
}

function axisVerdict(name: string, literals: readonly Literal[]): Verdict {
  if (literals.every(({ axis }) => axis.kind === 'number')) {
    return solveAxis(literals) === undefined ? 'Conflict' : 'Compatible'
  }
  const relate = localName(name) === 'language' ? relateTags : relateTerms
  const candidates = [...new Set(literals.filter(isNaming).flatMap(({ values }) => values))]
  if (candidates.length === 0) return 'Compatible'
  const truths = candidates.map((candidate) =>
    conjunction(literals.map((literal) => judge(literal, String(candidate), relate))),
  )
  if (truths.includes(TRUE)) return 'Compatible'
  return truths.includes(UNKNOWN) ? 'Unknown' : 'Conflict'
}

/** Whether the first term is the second or part of it. */
type Relate = (term: string, whole: string) => Truth

function judge({ operator, negated, values }: Literal, term: string, relate: Relate): Truth {
  if (isExcluding({ operator, negated })) return values.includes(term) ? FALSE : TRUE
  if (negated) return UNKNOWN
  const inside = operator === 'isA' || operator === 'isPartOf'
  return disjunction(
    values.map((value) => {
      if (value === term) return TRUE
      const other = String(value)
      if (inside) return relate(term, other)
      const apart = relate(other, term)
      return operator === 'hasPart' || apart === UNKNOWN ? apart : FALSE
    }),
  )
}

function relateTags(term: string, whole: string): Truth {
  return localName(term).startsWith(`${localName(whole)}-`) ? TRUE : FALSE
}

function relateTerms(): Truth {
  return UNKNOWN
}

function isNaming(literal: Literal): boolean {
  return !literal.negated && !isExcluding(literal)
}

function isExcluding({ operator, negated }: Pick<Literal, 'operator' | 'negated'>): boolean {
  const excludes = operator === 'neq' || operator === 'isNoneOf'
  return negated ? operator === 'eq' || operator === 'isAnyOf' : excludes
}
