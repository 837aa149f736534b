import { type DecisionCode, OUTCOMES } from '../decision.ts'
import { type Problems, pointerTo } from '../errors.ts'
import { isJsonObject, type JsonObject, type JsonValue, member } from '../json-value.ts'
import { parseInstant } from '../literal.ts'
import { items, oneOf, openObject, type Place } from '../members.ts'
import { checkCounter, checkDutyStates, checkLayers, checkOperands } from '../recorded-request.ts'
import { VOCABULARY } from '../vocabulary.ts'
import { LAYERS } from '../vocabulary-document.ts'

/** Members of a test file whose terms are checked: what is misspelt must not pass as absent. */
const WORLD = ['now', 'operator', 'parties', 'assets', 'counters', 'duties', 'capabilities']
const REQUEST = ['party', 'action', 'target', 'subject', 'authorization', 'consent']
const SHARES = ['ruleCoverage', 'constraintTF', 'mutationScore']
const CODES: readonly DecisionCode[] = [
  ...OUTCOMES.filter((outcome) => outcome !== 'skipped' && outcome !== 'ok'),
  'DENY_UNSATISFIABLE_CONTROLS',
]

/** The `world` of a file or of a case. */
export function checkedWorld(place: Place): JsonObject {
  const world = inner(place, 'world', WORLD)
  if (world === undefined) return {}
  const now = member(world.object, 'now')
  if (now !== undefined && (typeof now !== 'string' || parseInstant(now) === undefined)) {
    const reason = 'takes an instant with its offset'
    world.problems.add('POLICY_VALUE', pointerTo(world.pointer, 'now'), reason)
  }
  for (const name of ['parties', 'assets']) checkKnown(world, name)
  const counters = inner(world, 'counters')
  for (const [name, amount] of Object.entries(counters?.object ?? {})) {
    checkCounter(name, amount, counters?.pointer ?? '', world.problems)
  }
  checkDutyStates(world)
  return world.object
}

/** The `request` of a case. */
export function checkedRequest(place: Place): JsonObject {
  const request = inner(place, 'request', [...REQUEST, 'facts', 'increments', 'layers'])
  if (request === undefined) return {}
  checkLayers(request)
  const [facts, increments] = [inner(request, 'facts'), inner(request, 'increments')]
  if (facts !== undefined) checkOperands(facts, ['fact', 'shape'])
  if (increments !== undefined) checkOperands(increments, ['state'])
  return request.object
}

/** The `expect` of a case. */
export function checkedExpectation(place: Place): JsonObject {
  const members = ['decision', 'code', 'layer', 'controls', 'duties']
  const expect = inner(place, 'expect', members)
  if (expect === undefined) return {}
  oneOf(expect, 'decision', ['permit', 'deny'], false)
  oneOf(expect, 'code', CODES, false)
  oneOf(expect, 'layer', LAYERS, false)
  const controls = inner(expect, 'controls')
  if (controls !== undefined) checkOperands(controls, ['control'])
  for (const [action, pointer] of items(expect, 'duties')) {
    const use = VOCABULARY.actions.get(String(action))?.use
    if (use === 'duty' || use === 'both') continue
    expect.problems.add('POLICY_UNKNOWN_TERM', pointer, 'is no action of a duty')
  }
  return expect.object
}

/** The `require` of a file: shares from 0 to 1. */
export function checkedShares(place: Place): JsonObject {
  const shares = inner(place, 'require', SHARES)
  for (const [name, share] of Object.entries(shares?.object ?? {})) {
    if (typeof share === 'number' && share >= 0 && share <= 1) continue
    place.problems.add('POLICY_VALUE', pointerTo(shares?.pointer ?? '', name), 'takes 0 to 1')
  }
  return shares?.object ?? {}
}

/** What a `forall` varies: the action and facts, each over at least one value. */
export function checkVaried(vary: JsonObject, pointer: string, problems: Problems): void {
  const { action: _, ...facts } = vary
  checkOperands({ object: facts, pointer, problems }, ['fact', 'shape'])
  for (const [name, values] of Object.entries(vary)) {
    if (Array.isArray(values) && values.length > 0) continue
    problems.add('POLICY_VALUE', pointerTo(pointer, name), 'takes at least one value')
  }
}

/** Facts of parties or assets, and the collections that they are `in`. */
function checkKnown(world: Place, name: string): void {
  const all = inner(world, name)
  for (const one of Object.keys(all?.object ?? {})) {
    const known = all === undefined ? undefined : inner(all, one)
    if (known === undefined) continue
    items(known, 'in')
    const { in: _, ...facts } = known.object
    checkOperands({ ...known, object: facts }, ['fact', 'shape'])
  }
}

function inner(place: Place, name: string, members?: readonly string[]): Place | undefined {
  const value: JsonValue | undefined = member(place.object, name)
  if (value === undefined) return undefined
  const known = members ?? (isJsonObject(value) ? Object.keys(value) : [])
  return openObject(value, pointerTo(place.pointer, name), known, place.problems)
}
