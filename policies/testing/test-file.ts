import { PolicyError, Problems, pointerTo } from '../errors.ts'
import { isJsonObject, type JsonObject, type JsonValue, member } from '../json-value.ts'
import { items, missing, openObject, type Place, text } from '../members.ts'
import { inspect, parseStrictJson } from '../strict-json.ts'
import {
  checkedExpectation,
  checkedRequest,
  checkedShares,
  checkedWorld,
  checkVaried,
} from './test-terms.ts'

/** The world of a test: what is known apart from the request itself. */
export type World = {
  readonly now?: string
  /** The operator of the space; by default the one that the ceiling policies name. */
  readonly operator?: string
  /** Facts by party; `in` lists the party collections it belongs to. */
  readonly parties?: { readonly [party: string]: JsonObject }
  /** Facts by asset; `in` lists its collections. */
  readonly assets?: { readonly [asset: string]: JsonObject }
  readonly counters?: { readonly [name: string]: JsonValue }
  readonly duties?: { readonly [key: string]: 'fulfilled' | 'violated' }
  /** What the executor can honour; by default everything. */
  readonly capabilities?: JsonObject
}

export type TestRequest = {
  readonly party?: string
  readonly action?: string
  readonly target?: string
  readonly subject?: string
  readonly authorization?: string
  readonly consent?: string
  readonly layers?: readonly string[]
  readonly facts?: JsonObject
  readonly increments?: { readonly [name: string]: JsonValue }
}

export type Expectation = {
  readonly decision?: 'permit' | 'deny'
  readonly code?: string
  readonly layer?: string
  /** All controls of the permit, by operand; decimals as numbers or text. */
  readonly controls?: JsonObject
  /** The actions of all duties. */
  readonly duties?: readonly string[]
}

export interface TestCase {
  readonly name: string
  readonly request: TestRequest
  readonly world: World
  readonly expect: Expectation
  readonly pointer: string
}

/** `vary` each operand over its values in the case `of`; `assert` must hold for every combination. */
export interface ForAll {
  readonly vary: { readonly [operand: string]: readonly JsonValue[] }
  readonly of: string
  readonly assert: string
  readonly pointer: string
}

/** The shares that the file demands: each from 0 to 1. */
export interface Requirements {
  readonly ruleCoverage?: number
  readonly constraintTF?: number
  readonly mutationScore?: number
}

/** A policy test file (`*.policytest.json`, policy profile 5.7). */
export interface TestFile {
  /** Names of the policies, resolved by whoever reads files. */
  readonly snapshot: readonly string[]
  readonly cases: readonly TestCase[]
  readonly forall: readonly ForAll[]
  readonly require: Requirements
}

const MEMBERS = ['snapshot', 'world', 'cases', 'forall', 'require', 'about']
const CASE_MEMBERS = ['name', 'extends', 'remove', 'world', 'request', 'expect']

/**
 * Reads a test file: `extends` is resolved, `world` merged, `remove` applied, so that every case
 * stands alone. Throws `PolicyError` for an unknown member, a missing base, a cycle.
 */
export function readTestFile(source: string): TestFile {
  const problems = new Problems()
  const value = parseStrictJson(source, problems)
  problems.throwIfAny()
  const place = openObject(value, '', MEMBERS, problems)
  if (place === undefined || !inspect(value, problems)) throw firstOf(problems)
  const world = checkedWorld(place)
  for (const name of ['snapshot', 'cases'])
    if (items(place, name).length === 0) missing(place, name)
  const bases = new Map<string, Draft>()
  for (const [item, pointer] of items(place, 'cases'))
    readCase(item, pointer, world, bases, problems)
  const forall = items(place, 'forall').map(([item, pointer]) =>
    readForAll(item, pointer, problems),
  )
  const cases = [...bases.values()].map(finish)
  const file = {
    snapshot: items(place, 'snapshot').map(([item]) => String(item)),
    cases,
    forall: forall.filter((one) => one !== undefined),
    require: checkedShares(place),
  }
  problems.throwIfAny()
  return file as TestFile
}

/** A case before its types are trusted. */
interface Draft {
  readonly name: string
  readonly pointer: string
  readonly state: JsonObject
  readonly expect: JsonObject
}

function readCase(
  value: JsonValue,
  pointer: string,
  world: JsonObject,
  bases: Map<string, Draft>,
  problems: Problems,
): void {
  const place = openObject(value, pointer, CASE_MEMBERS, problems)
  const name = place === undefined ? undefined : text(place, 'name')
  if (place === undefined || name === undefined) return
  if (bases.has(name)) {
    problems.add('POLICY_DUPLICATE_ID', pointer, 'two cases share this name')
    return
  }
  const state = stateOf(place, world, bases)
  const expect = checkedExpectation(place)
  if (Object.keys(expect).length === 0) {
    problems.add('POLICY_MISSING_MEMBER', pointer, 'expect is missing or empty')
  }
  bases.set(name, { name, pointer, state, expect })
}

function stateOf(place: Place, world: JsonObject, bases: ReadonlyMap<string, Draft>): JsonObject {
  const baseName = text(place, 'extends', false)
  const base = baseName === undefined ? undefined : bases.get(baseName)
  if (baseName !== undefined && base === undefined) {
    const reason = 'extends takes the name of an earlier case'
    place.problems.add('POLICY_UNKNOWN_TERM', pointerTo(place.pointer, 'extends'), reason)
  }
  const { facts, increments, layers, ...request } = checkedRequest(place)
  const own = { ...(layers === undefined ? {} : { layers }), facts, increments, request }
  const change = { ...checkedWorld(place), ...present(own) }
  let state = merge(merge(base?.state ?? world, {}), change)
  for (const [path, pointer] of items(place, 'remove')) {
    const shorter = typeof path === 'string' ? without(state, path.split('.')) : undefined
    if (shorter === undefined) {
      place.problems.add('POLICY_UNKNOWN_TERM', pointer, 'remove takes a path that is there')
    } else state = shorter
  }
  return state
}

function finish({ name, pointer, state, expect }: Draft): unknown {
  const { request = {}, facts, increments, layers, ...world } = state
  const whole = {
    ...(isJsonObject(request) ? request : {}),
    ...present({ facts, increments, layers }),
  }
  return { name, pointer, expect, world, request: whole }
}

function readForAll(value: JsonValue, pointer: string, problems: Problems): ForAll | undefined {
  const place = openObject(value, pointer, ['vary', 'of', 'assert'], problems)
  if (place === undefined) return undefined
  const of = text(place, 'of')
  const assert = text(place, 'assert')
  const vary = member(place.object, 'vary')
  const lists = isJsonObject(vary) && Object.values(vary).every(Array.isArray)
  if (!lists) problems.add('POLICY_WRONG_TYPE', pointerTo(pointer, 'vary'), 'takes lists of values')
  else checkVaried(vary, pointerTo(pointer, 'vary'), problems)
  if (of === undefined || assert === undefined || !lists) return undefined
  return { vary: vary as ForAll['vary'], of, assert, pointer }
}

/** Deep merge of objects; anything else is replaced. */
function merge(base: JsonObject, change: JsonObject): JsonObject {
  const merged: Record<string, JsonValue> = { ...base }
  for (const [key, value] of Object.entries(change)) {
    const own = merged[key]
    merged[key] = isJsonObject(own) && isJsonObject(value) ? merge(own, value) : value
  }
  return merged
}

/** The object without the member at a path (`*` for every member); undefined if nothing is there. */
function without(
  object: JsonObject,
  [step = '', ...rest]: readonly string[],
): JsonObject | undefined {
  const entries = Object.entries(object)
  const touched = entries.filter(([key]) => step === '*' || key === step)
  if (touched.length === 0) return undefined
  if (rest.length === 0)
    return Object.fromEntries(entries.filter((entry) => !touched.includes(entry)))
  const changed = touched.map(
    ([key, value]) => [key, isJsonObject(value) ? without(value, rest) : undefined] as const,
  )
  if (changed.every(([, value]) => value === undefined)) return undefined
  const replaced = changed.filter((entry): entry is [string, JsonObject] => entry[1] !== undefined)
  return { ...object, ...Object.fromEntries(replaced) }
}

function present(members: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(members).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined),
  )
}

function firstOf({ found }: Problems): PolicyError {
  const [
    first = { code: 'POLICY_SYNTAX' as const, pointer: '', reason: 'cannot be read' },
    ...rest
  ] = found
  return new PolicyError(first, ...rest)
}
