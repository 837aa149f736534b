import { EVERY_ASSET, EVERY_PARTY } from '../compiled.ts'
import type { Policy, Rule } from '../policy.ts'
import { VOCABULARY } from '../vocabulary.ts'
import type { Axis, Literal } from './axis.ts'
import { type Box, boxesOf, product, type Reading } from './normal-form.ts'
import { type Point, solve } from './solve.ts'

/** What the analysis is told about the catalogue: the members of each collection, at any depth. */
export interface Catalogue {
  readonly collections?: Readonly<Record<string, readonly string[]>>
  /** How many enterprises an asset is about, where that is published. */
  readonly sizes?: Readonly<Record<string, number>>
}

/** The requests that one rule is about, as boxes over action, target, assignee and facts. */
export interface Region {
  readonly policy: Policy
  readonly rule: Rule
  readonly boxes: readonly Box[]
}

/** Names of the axes that are no operands. */
export const ACTION_AXIS = '@action'
export const TARGET_AXIS = '@target'
export const ASSIGNEE_AXIS = '@assignee'

const ACTIONS = [...VOCABULARY.actions.values()].filter(({ use }) => use !== 'duty')

const actionAxis = termAxis(
  ACTION_AXIS,
  ACTIONS.map(({ name }) => name),
)
const assigneeAxis = termAxis(ASSIGNEE_AXIS, undefined)

/** Makes the regions of rules; one space per catalogue, since collections span the target axis. */
export class Space {
  readonly #target: Axis

  constructor({ collections = {} }: Catalogue = {}) {
    const below = (term: string) => [term, ...(collections[term] ?? [])]
    this.#target = { ...termAxis(TARGET_AXIS, undefined), below }
  }

  /** The region of a rule inside its policy. Throws `PolicyError` (`POLICY_TOO_COMPLEX`). */
  regionOf(policy: Policy, rule: Rule): Region {
    const head = [
      ...this.#actions(rule.action),
      ...this.#targets(rule.target ?? policy.target),
      ...this.#assignees(rule.assignee ?? policy.assignee),
    ]
    return { policy, rule, boxes: product([[head], boxesOf(rule.constraints, readingOf(rule))]) }
  }

  #actions(action: string): readonly Literal[] {
    const covers = VOCABULARY.actions.get(action)?.covers ?? 0
    const values = ACTIONS.filter(({ bit }) => (covers & bit) !== 0).map(({ name }) => name)
    return [{ axis: actionAxis, operator: 'isAnyOf', negated: false, values }]
  }

  #targets(target: string | undefined): readonly Literal[] {
    if (target === undefined || target === EVERY_ASSET) return []
    return [{ axis: this.#target, operator: 'isA', negated: false, values: [target] }]
  }

  #assignees(assignee: string | undefined): readonly Literal[] {
    if (assignee === undefined || assignee === EVERY_PARTY) return []
    return [{ axis: assigneeAxis, operator: 'eq', negated: false, values: [assignee] }]
  }
}

/** A permission reaches what it surely permits, a prohibition what it might prohibit. */
export function readingOf({ effect }: Rule): Reading {
  return effect === 'permit' ? 'surely' : 'might'
}

/** A request that is in some box, or undefined when none can be. */
export function pointIn(boxes: readonly Box[]): Point | undefined {
  for (const box of boxes) {
    const point = solve(box)
    if (point !== undefined) return point
  }
  return undefined
}

/** A request that is in both, or undefined when they are disjoint. */
export function pointInBoth(a: readonly Box[], b: readonly Box[]): Point | undefined {
  for (const left of a) {
    for (const right of b) {
      const point = solve([...left, ...right])
      if (point !== undefined) return point
    }
  }
  return undefined
}

/** What both share, box by box; boxes that hold nothing are left out. */
export function intersect(a: readonly Box[], b: readonly Box[]): readonly Box[] {
  return product([a, b]).filter((box) => solve(box) !== undefined)
}

/**
 * Exactly what is in `boxes` and in none of `taken`. Each difference is cut into disjoint pieces:
 * not the first literal; the first but not the second; and so on.
 */
export function subtract(boxes: readonly Box[], taken: readonly Box[]): readonly Box[] {
  let left: readonly Box[] = boxes.filter((box) => solve(box) !== undefined)
  for (const hole of taken) left = left.flatMap((box) => subtractBox(box, hole))
  return left
}

function subtractBox(box: Box, hole: Box): readonly Box[] {
  if (solve([...box, ...hole]) === undefined) return [box]
  const pieces: Box[] = []
  const kept: Literal[] = []
  for (const literal of hole) {
    const piece = [...box, ...kept, { ...literal, negated: !literal.negated }]
    if (solve(piece) !== undefined) pieces.push(piece)
    kept.push(literal)
  }
  return pieces
}

function termAxis(name: string, universe: readonly string[] | undefined): Axis {
  return {
    name,
    kind: 'term',
    integer: false,
    min: 0,
    max: 0,
    minOpen: false,
    universe,
    below: (term) => [term],
    fresh: (at) => (at === 0 ? 'urn:bt:witness:other' : `urn:bt:witness:other-${at}`),
  }
}
