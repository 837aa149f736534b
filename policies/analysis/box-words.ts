import type { Language } from '../describe.ts'
import { plainText, type Scalar } from '../value.ts'
import { VOCABULARY } from '../vocabulary.ts'
import type { Label } from '../vocabulary-document.ts'
import type { Axis, Literal } from './axis.ts'
import type { Box } from './normal-form.ts'
import { ACTION_AXIS, ASSIGNEE_AXIS, TARGET_AXIS } from './region.ts'
import { intervalOf } from './solve-number.ts'

const PARTS: Readonly<Record<string, Label>> = {
  [ACTION_AXIS]: { zh: '动作', en: 'action' },
  [TARGET_AXIS]: { zh: '数据', en: 'asset' },
  [ASSIGNEE_AXIS]: { zh: '使用方', en: 'assignee' },
}

/** A box in words, one phrase per axis, each axis summed up: `3 ≤ level of the data ≤ 4`. */
export function describeBox(box: Box, language: Language): readonly string[] {
  const byAxis = Map.groupBy(box, ({ axis }) => axis.name)
  return [...byAxis.values()].map((literals) =>
    describeAxis((literals[0] as Literal).axis, literals, language),
  )
}

function describeAxis(axis: Axis, literals: readonly Literal[], language: Language): string {
  if (axis.kind === 'number') return describeNumbers(axis, literals, language)
  if (axis.kind === 'term') return describeTerms(axis, literals, language)
  const phrases = telling(literals).map((literal) => describeLiteral(literal, language))
  return [...new Set(phrases)].join(language === 'zh' ? '，' : ', ')
}

/** Of several "any of" over nested lists only the narrowest says anything. */
function telling(literals: readonly Literal[]): readonly Literal[] {
  return literals.filter(
    (literal) =>
      !literals.some(
        (other) =>
          other !== literal &&
          other.operator === literal.operator &&
          !other.negated &&
          !literal.negated &&
          (literal.operator === 'isAnyOf' || literal.operator === 'isPartOf') &&
          other.values.length < literal.values.length &&
          other.values.every((value) => literal.values.includes(value)),
      ),
  )
}

function describeNumbers(axis: Axis, literals: readonly Literal[], language: Language): string {
  const name = nameOf(axis, language)
  const left = intervalOf(axis, literals)
  if (left === undefined) return name
  const text = (value: number) => valueText(axis, value)
  if (left.listed !== undefined) return `${name} ∈ {${[...left.listed].map(text).join(', ')}}`
  if (left.low === left.high) return `${name} = ${text(left.low)}`
  const low = left.low > axis.min ? `${text(left.low)} ≤ ` : ''
  const high = left.high < axis.max ? ` ≤ ${text(left.high)}` : ''
  const holes = left.holes.size === 0 ? '' : ` ≠ ${[...left.holes].map(text).join(', ')}`
  return `${low}${name}${high}${holes}`
}

function describeTerms(axis: Axis, literals: readonly Literal[], language: Language): string {
  let allowed = axis.universe
  const excluded = new Set<string>()
  for (const { operator, negated, values } of literals) {
    const terms = values.flatMap((value) =>
      operator === 'isA' ? [...axis.below(String(value))] : [String(value)],
    )
    const positive = (operator !== 'neq' && operator !== 'isNoneOf') !== negated
    if (!positive) for (const term of terms) excluded.add(term)
    else allowed = allowed === undefined ? terms : allowed.filter((term) => terms.includes(term))
  }
  const name = nameOf(axis, language)
  if (allowed === undefined) return `${name} ∉ {${[...excluded].join(', ')}}`
  return `${name} ∈ {${allowed.filter((term) => !excluded.has(term)).join(', ')}}`
}

function describeLiteral({ axis, operator, negated, values }: Literal, language: Language): string {
  const verb = VOCABULARY.document.operators[operator].label[language]
  const no = negated ? (language === 'zh' ? '并非 ' : 'not ') : ''
  return `${nameOf(axis, language)} ${no}${verb} {${values.map((value) => valueText(axis, value)).join(', ')}}`
}

function nameOf({ name }: Axis, language: Language): string {
  return (PARTS[name] ?? VOCABULARY.operands.get(name)?.label)?.[language] ?? name
}

function valueText({ name }: Axis, value: Scalar): string {
  const operand = VOCABULARY.operands.get(name)
  return operand === undefined ? String(value) : plainText(operand, value)
}
