import { ControlSet } from '../control-set.ts'
import { atomsOf } from '../policy.ts'
import type { Literal } from './axis.ts'
import { axisOf } from './axis.ts'
import { pointInBoth, subtract } from './region.ts'
import { type Point, solve } from './solve.ts'
import { boxesOfAll, completed, type StudiedRule, type Unit } from './study.ts'
import { type Witness, witnessAt } from './witness.ts'

/** One control, limit or duty that a request permitted by both versions is freer of now. */
export interface Loosening {
  readonly policy: string
  readonly rule: string
  /** The operand, or `duty action`. */
  readonly what: string
  /** Before and after, in words; `none` where there was or is no bound. */
  readonly before: string
  readonly after: string
  readonly witness: Witness
}

/** Compares what both versions impose, at one request out of every overlap of an old and a new rule. */
export function looseningsBetween(was: Unit, is: Unit): readonly Loosening[] {
  const found = new Map<string, Loosening>()
  const prohibitions = [...was.prohibitions, ...is.prohibitions]
  const forbidden = boxesOfAll(prohibitions)
  for (const rule of is.permits) {
    const boxes = subtract(rule.boxes, forbidden)
    for (const old of was.permits) {
      const point = pointInBoth(boxes, old.boxes)
      if (point === undefined) continue
      const before = termsOf(was.permits.filter((permit) => holdsAt(permit, point)))
      const after = termsOf(is.permits.filter((permit) => holdsAt(permit, point)))
      for (const one of compare(before, after)) {
        const key = `${rule.policy.id}${rule.rule.id} ${one.what}`
        const place = { policy: rule.policy.id, rule: rule.rule.id }
        if (!found.has(key))
          found.set(key, {
            ...place,
            ...one,
            witness: witnessAt(completed(point, prohibitions), rule),
          })
      }
    }
  }
  return [...found.values()]
}

/** What a set of permissions imposes together. */
interface Terms {
  readonly controls: ControlSet
  readonly limits: ReadonlyMap<string, number>
  readonly duties: ReadonlySet<string>
}

function termsOf(permits: readonly StudiedRule[]): Terms {
  const limits = new Map<string, number>()
  for (const { operand, bound, unit } of permits.flatMap(({ rule }) => atomsOf(rule.constraints))) {
    if (operand.kind !== 'state') continue
    const key = unit === undefined ? operand.name : `${operand.name} ${unit}`
    limits.set(key, Math.min(limits.get(key) ?? Number.POSITIVE_INFINITY, Number(bound)))
  }
  const duties = permits.flatMap(({ rule, policy }) => [...rule.duties, ...policy.obligations])
  return {
    controls: permits.reduce((all, { controls }) => all.meet(controls), ControlSet.NONE),
    limits,
    duties: new Set(duties.map(({ action }) => action)),
  }
}

function compare(
  before: Terms,
  after: Terms,
): readonly Pick<Loosening, 'what' | 'before' | 'after'>[] {
  return [
    ...looserControls(before, after),
    ...looserLimits(before, after),
    ...fewerDuties(before, after),
  ]
}

function looserControls({ controls: old }: Terms, { controls: now }: Terms) {
  const met = now.meet(old)
  return met.bounds.flatMap(({ operand }) => {
    const strict = JSON.stringify(met.view[operand.name])
    const own = now.view[operand.name]
    if (own !== undefined && JSON.stringify(own) === strict) return []
    return [{ what: operand.name, before: show(old.view[operand.name]), after: show(own) }]
  })
}

function looserLimits({ limits: old }: Terms, { limits: now }: Terms) {
  return [...old].flatMap(([what, limit]) => {
    const own = now.get(what)
    if (own !== undefined && own <= limit) return []
    return [{ what, before: String(limit), after: own === undefined ? 'none' : String(own) }]
  })
}

function fewerDuties({ duties: old }: Terms, { duties: now }: Terms) {
  return [...old]
    .filter((action) => !now.has(action))
    .map((action) => ({ what: `duty ${action}`, before: action, after: 'none' }))
}

function show(value: number | string | readonly string[] | undefined): string {
  if (value === undefined) return 'none'
  return typeof value === 'object' ? value.join(', ') : String(value)
}

/** Whether the rule is about the request at a point; what the point leaves open may be anything. */
function holdsAt({ boxes, rule }: StudiedRule, point: Point): boolean {
  const fixed = fixedAt(point, rule)
  return boxes.some((box) => solve([...box, ...fixed, ...termsFixed(box, point)]) !== undefined)
}

function fixedAt(point: Point, { constraints }: StudiedRule['rule']): readonly Literal[] {
  return atomsOf(constraints).flatMap(({ operand }): Literal[] => {
    const value = point.get(operand.name)
    const axis = axisOf(operand)
    if (value === undefined) return []
    if (typeof value !== 'object')
      return [{ axis, operator: 'eq', negated: false, values: [value] }]
    return [
      { axis, operator: 'isPartOf', negated: false, values: value },
      { axis, operator: 'hasPart', negated: false, values: value },
    ]
  })
}

function termsFixed(box: readonly Literal[], point: Point): readonly Literal[] {
  return box.flatMap(({ axis }): Literal[] => {
    const value = axis.name.startsWith('@') ? point.get(axis.name) : undefined
    if (typeof value !== 'string') return []
    return [{ axis, operator: 'eq', negated: false, values: [value] }]
  })
}
