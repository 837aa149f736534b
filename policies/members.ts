import { type Problems, pointerTo } from './errors.ts'
import { intern } from './intern.ts'
import { isJsonObject, type JsonObject, type JsonValue, member as ownMember } from './json-value.ts'

/** A JSON object under inspection, with the place where it stands. */
export interface Place {
  readonly object: JsonObject
  readonly pointer: string
  readonly problems: Problems
}

/** Opens an object and refuses every member outside `known`: an unknown term is never skipped. */
export function openObject(
  value: JsonValue | undefined,
  pointer: string,
  known: readonly string[],
  problems: Problems,
): Place | undefined {
  if (!isJsonObject(value)) return problems.add('POLICY_WRONG_TYPE', pointer, 'takes an object')
  for (const member of Object.keys(value)) {
    if (known.includes(member)) continue
    problems.add('POLICY_UNKNOWN_MEMBER', pointerTo(pointer, member), suggestion(member, known))
  }
  return { object: value, pointer, problems }
}

/** A text member; undefined when absent, with a problem when required or of another type. */
export function text(place: Place, member: string, required = true): string | undefined {
  const value = ownMember(place.object, member)
  if (value === undefined && !required) return undefined
  const pointer = pointerTo(place.pointer, member)
  if (value === undefined) return missing(place, member)
  if (typeof value === 'string' && value !== '') return intern(value)
  return place.problems.add('POLICY_WRONG_TYPE', pointer, 'takes a text that is not empty')
}

/** A text member out of a closed list. */
export function oneOf<T extends string>(
  place: Place,
  member: string,
  terms: readonly T[],
  required = true,
): T | undefined {
  const value = text(place, member, required)
  if (value === undefined) return undefined
  const term = terms.find((known) => known === value)
  if (term !== undefined) return term
  const reason = `takes one of: ${terms.join(', ')}`
  return place.problems.add('POLICY_UNKNOWN_TERM', pointerTo(place.pointer, member), reason)
}

/** `@type`, where it is stated, must be the class that the place is for: nothing else is read there. */
export function checkClass(place: Place, name: RdfClass): void {
  oneOf(place, '@type', CLASSES[name], false)
}

export type RdfClass = keyof typeof CLASSES

/** The ODRL classes of what stands inside a policy, with and without prefix. */
export const CLASSES = {
  permission: ['Permission', 'odrl:Permission'],
  prohibition: ['Prohibition', 'odrl:Prohibition'],
  duty: ['Duty', 'odrl:Duty'],
  constraint: ['Constraint', 'odrl:Constraint'],
  compound: ['LogicalConstraint', 'odrl:LogicalConstraint'],
} as const

/** The items of an array member with their pointers; none when absent. */
export function items(place: Place, member: string): readonly (readonly [JsonValue, string])[] {
  const value = ownMember(place.object, member)
  if (value === undefined) return []
  const pointer = pointerTo(place.pointer, member)
  if (!Array.isArray(value)) {
    place.problems.add('POLICY_WRONG_TYPE', pointer, 'takes an array')
    return []
  }
  return value.map((item, at) => [item, pointerTo(pointer, at)] as const)
}

export function missing(place: Place, member: string): undefined {
  return place.problems.add('POLICY_MISSING_MEMBER', place.pointer, `${member} is missing`)
}

/** What the author most likely meant, from the vocabulary only: the input is never repeated. */
export function suggestion(wrong: string, known: Iterable<string>): string {
  const near = [...known]
    .map((term) => ({ term, distance: editDistance(wrong, term) }))
    .filter(({ term, distance }) => distance <= Math.max(2, term.length / 4))
    .sort((a, b) => a.distance - b.distance)[0]
  return near === undefined ? 'is not known' : `is not known; did you mean ${near.term}`
}

function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 8 || a.length > 64) return Number.POSITIVE_INFINITY
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, change))
    }
    row = next
  }
  return row[b.length] ?? 0
}
