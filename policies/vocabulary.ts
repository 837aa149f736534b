import { PolicyError } from './errors.ts'
import native from './vocabulary.json' with { type: 'json' }
import type { OperandEntry, OperatorName, VocabularyDocument } from './vocabulary-document.ts'

/** A left operand (左操作数) as the engine uses it: its entry, its place in the slots of `Facts`. */
export interface Operand extends OperandEntry {
  readonly name: string
  /** Position in the list: states first, then facts and shapes, then controls. */
  readonly index: number
  readonly allowed: ReadonlySet<OperatorName>
  readonly shape: RegExp | undefined
  /** For a taxonomy operand: each known term with all terms at or below it. */
  readonly narrower: ReadonlyMap<string, ReadonlySet<string>> | undefined
}

/** An action (动作) with the mask of the actions that cover it, itself included. */
export interface Action {
  readonly name: string
  readonly bit: number
  /** Bits of this action and of everything included in it: what a rule on this action covers. */
  readonly covers: number
  readonly use: 'rule' | 'duty' | 'both'
  /** True where a permission would be a blanket grant (`use`, `bt:reveal`). */
  readonly omnibus: boolean
  readonly ancestors: readonly string[]
}

export interface Vocabulary {
  readonly document: VocabularyDocument
  readonly operands: ReadonlyMap<string, Operand>
  readonly list: readonly Operand[]
  /** How many operands are states, and how many are states, facts or shapes: what arrays hold. */
  readonly states: number
  readonly readable: number
  readonly actions: ReadonlyMap<string, Action>
  /** The form of every identifier: policies, parties, assets, collections. */
  readonly iri: RegExp
}

/**
 * Resolves a vocabulary document: numbers the operands, closes actions and taxonomies over
 * `includedIn` and `broader`, compiles patterns. Refuses with `VOCABULARY_INVALID` a broken
 * reference, a cycle, or more than 31 actions (they travel as bits).
 */
export function openVocabulary(document: VocabularyDocument): Vocabulary {
  const entries = Object.entries(document.operands).sort(([, a], [, b]) => rank(a) - rank(b))
  const list = entries.map(([name, entry], index) => openOperand(document, name, entry, index))
  const actions = openActions(document)
  const operands = new Map(list.map((operand) => [operand.name, operand]))
  const iri = document.patterns.iri ?? refuse('patterns', 'lacks iri')
  const states = list.filter(({ kind }) => kind === 'state').length
  const readable = list.filter(({ kind }) => kind !== 'control').length
  return { document, operands, list, states, readable, actions, iri: new RegExp(iri, 'u') }
}

/** The Baotu profile, from `vocabulary.json`: the one source of operands, actions and terms. */
export const VOCABULARY: Vocabulary = openVocabulary(native as unknown as VocabularyDocument)

/** What is read for every request comes first, so that the arrays that hold it stay short. */
function rank({ kind }: OperandEntry): number {
  return kind === 'state' ? 0 : kind === 'control' ? 2 : 1
}

function openOperand(
  document: VocabularyDocument,
  name: string,
  entry: OperandEntry,
  index: number,
): Operand {
  const pattern = entry.pattern === undefined ? undefined : document.patterns[entry.pattern]
  if (entry.pattern !== undefined && pattern === undefined) refuse(name, 'names no known pattern')
  return {
    ...entry,
    name,
    index,
    allowed: new Set(entry.operators),
    shape: pattern === undefined ? undefined : new RegExp(pattern, 'u'),
    narrower: entry.taxonomy === undefined ? undefined : closeTaxonomy(document, entry.taxonomy),
  }
}

function closeTaxonomy(
  document: VocabularyDocument,
  taxonomy: string,
): ReadonlyMap<string, ReadonlySet<string>> {
  const terms = document.taxonomies[taxonomy] ?? refuse(taxonomy, 'names no known taxonomy')
  const closed = new Map(Object.keys(terms).map((term) => [term, new Set<string>()]))
  for (const term of closed.keys()) {
    for (const above of chain(term, (step) => terms[step]?.broader)) {
      const below = closed.get(above) ?? refuse(above, 'is broader but not defined')
      below.add(term)
    }
  }
  return closed
}

function openActions(document: VocabularyDocument): ReadonlyMap<string, Action> {
  const names = Object.keys(document.actions)
  if (names.length > 31) refuse('actions', 'more than 31')
  const bits = new Map(names.map((name, index) => [name, 1 << index]))
  const up = new Map(
    names.map((name) => [name, chain(name, (step) => document.actions[step]?.includedIn)]),
  )
  const covers = (name: string) =>
    names.filter((other) => up.get(other)?.includes(name)).reduce((m, n) => m | bit(bits, n), 0)
  return new Map(
    Object.entries(document.actions).map(([name, { use, omnibus }]) => [
      name,
      {
        name,
        bit: bit(bits, name),
        covers: covers(name),
        use,
        omnibus: omnibus ?? false,
        ancestors: up.get(name) ?? [],
      },
    ]),
  )
}

function bit(bits: ReadonlyMap<string, number>, name: string): number {
  return bits.get(name) ?? refuse(name, 'is no action')
}

function chain(start: string, above: (step: string) => string | undefined): readonly string[] {
  const steps = [start]
  for (let next = above(start); next !== undefined; next = above(next)) {
    if (steps.includes(next)) refuse(start, 'is part of a cycle')
    steps.push(next)
  }
  return steps
}

function refuse(term: string, reason: string): never {
  throw new PolicyError({ code: 'VOCABULARY_INVALID', pointer: '', reason: `${term} ${reason}` })
}
