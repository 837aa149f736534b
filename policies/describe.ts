import type { Atom, Constraint } from './policy.ts'
import { plainText, type Scalar } from './value.ts'
import { VOCABULARY } from './vocabulary.ts'
import type { Label } from './vocabulary-document.ts'

export type Language = 'zh' | 'en'

const JOINTS: Readonly<Record<Exclude<Constraint['kind'], 'atom'>, Label>> = {
  and: { zh: '且', en: 'and' },
  or: { zh: '或', en: 'or' },
  xone: { zh: '恰好其一', en: 'or else' },
  andSequence: { zh: '且随后', en: 'and then' },
}

/** One constraint in words, from the labels of the vocabulary: `use is at most 3`. */
export function describe(constraint: Constraint, language: Language): string {
  if (constraint.kind === 'atom') return describeAtom(constraint, language)
  const parts = constraint.parts.map((part) => describe(part, language))
  const joint = JOINTS[constraint.kind][language]
  return language === 'zh' ? `（${parts.join(` ${joint} `)}）` : `(${parts.join(` ${joint} `)})`
}

/** The label of an action, or the name itself where the vocabulary has none. */
export function describeAction(action: string, language: Language): string {
  return VOCABULARY.document.actions[action]?.label[language] ?? action
}

/** The label of a layer. */
export function describeLayer(layer: keyof typeof VOCABULARY.document.layers, language: Language) {
  return VOCABULARY.document.layers[layer].label[language]
}

function describeAtom(atom: Atom, language: Language): string {
  const { operand, operator, bound, unit } = atom
  const values = (typeof bound === 'object' ? bound : [bound]).map((value) =>
    describeValue(atom, value, language),
  )
  const verb = VOCABULARY.document.operators[operator].label[language]
  const suffix = unit === undefined ? '' : language === 'zh' ? `（每 ${unit}）` : ` per ${unit}`
  return `${operand.label[language]} ${verb} ${values.join(language === 'zh' ? '、' : ', ')}${suffix}`
}

function describeValue({ operand }: Atom, value: Scalar, language: Language): string {
  const text = plainText(operand, value)
  const term = VOCABULARY.document.taxonomies[operand.taxonomy ?? '']?.[text]
  return term?.label[language] ?? text
}
