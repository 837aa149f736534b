import { PolicyError } from './errors.ts'
import { internList } from './intern.ts'
import { isJsonObject, type JsonValue } from './json-value.ts'
import { readScalar, readSet, Unreadable, type Value } from './value.ts'
import { type Operand, VOCABULARY, type Vocabulary } from './vocabulary.ts'
import type { FactSource } from './vocabulary-document.ts'

/**
 * What is known about one request, typed once and then only read: one slot per operand that is
 * read, undefined where nothing is known. A value that is of the wrong type, out of bounds
 * or no term of its operand leaves the slot undefined: it counts as unknown and so refuses.
 */
export interface Facts {
  readonly slots: readonly (Value | undefined)[]
}

export type FactValues = Readonly<Record<string, JsonValue | undefined>>

/** No fact at all: every condition that reads one is unknown. */
export const NO_FACTS: Facts = { slots: emptySlots(VOCABULARY) }

/**
 * Types facts by operand name: `{'bt:role': ['bank'], 'bt:identityLevel': 3, dateTime: nowMs}`.
 * Instants and durations may be given in milliseconds. Refuses with `FACT_INVALID` a name that is
 * no fact or shape of the vocabulary; a bad value is merely unknown.
 */
export function factsOf(values: FactValues, vocabulary: Vocabulary = VOCABULARY): Facts {
  const slots = emptySlots(vocabulary)
  for (const [name, literal] of Object.entries(values)) {
    const operand = factOperand(name, vocabulary)
    if (literal !== undefined) slots[operand.index] = readFact(operand, literal)
  }
  return { slots }
}

/**
 * Like `factsOf`, but every fact must come from the source that the vocabulary names for it, so
 * that a request cannot claim its own identity level. Refuses with `FACT_INVALID`.
 */
export function factsFrom(
  bySource: Readonly<Partial<Record<FactSource, FactValues>>>,
  vocabulary: Vocabulary = VOCABULARY,
): Facts {
  const all: Record<string, JsonValue | undefined> = {}
  for (const [source, values] of Object.entries(bySource)) {
    for (const [name, literal] of Object.entries(values)) {
      const operand = factOperand(name, vocabulary)
      if (operand.source !== source) refuse(name, `comes from ${operand.source}, not ${source}`)
      all[name] = literal
    }
  }
  return factsOf(all, vocabulary)
}

/** The same facts without one operand: for asking what a refusal would be without it. */
export function withoutFacts(facts: Facts, hidden: (operand: Operand) => boolean): Facts {
  const { list } = VOCABULARY
  return { slots: facts.slots.map((value, at) => (isHidden(list[at], hidden) ? undefined : value)) }
}

function emptySlots({ readable }: Vocabulary): (Value | undefined)[] {
  return new Array<Value | undefined>(readable).fill(undefined)
}

/** Types one fact; undefined when the value is none of the operand's. */
export function readFact(operand: Operand, literal: JsonValue): Value | undefined {
  const instant = operand.type === 'dateTime' || operand.type === 'duration'
  if (instant && typeof literal === 'number') {
    return Number.isSafeInteger(literal) ? literal : undefined
  }
  if (operand.type === 'terms') return readTerms(operand, literal)
  if (Array.isArray(literal) && literal.length === 1) return readFact(operand, literal[0] ?? null)
  const value = readScalar(operand, literal)
  return value instanceof Unreadable ? undefined : value
}

function readTerms(operand: Operand, literal: JsonValue): readonly string[] | undefined {
  if (isJsonObject(literal) && !('@value' in literal)) return undefined
  const value = readSet(operand, literal)
  if (value instanceof Unreadable) return undefined
  return internList(value.filter((term) => typeof term === 'string'))
}

function isHidden(operand: Operand | undefined, hidden: (operand: Operand) => boolean): boolean {
  return operand === undefined || hidden(operand)
}

function factOperand(name: string, vocabulary: Vocabulary): Operand {
  const operand = vocabulary.operands.get(name) ?? refuse(name, 'is no operand')
  if (operand.kind === 'fact' || operand.kind === 'shape') return operand
  return refuse(name, `is a ${operand.kind}, not a fact`)
}

function refuse(name: string, reason: string): never {
  const known = VOCABULARY.operands.has(name) ? name : 'a member'
  throw new PolicyError({ code: 'FACT_INVALID', pointer: '', reason: `${known} ${reason}` })
}
