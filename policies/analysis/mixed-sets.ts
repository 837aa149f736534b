import { type Atom, atomsOf } from '../policy.ts'
import { axisOf, type Literal } from './axis.ts'
import { type Box, boxesOf } from './normal-form.ts'
import { pointInBoth } from './region.ts'
import { type Point, solve } from './solve.ts'
import type { StudiedRule, Study } from './study.ts'

/** A set that is only partly inside escapes a prohibition by `isNoneOf` that holds outside of it. */
export function findMixedSets(study: Study, rule: StudiedRule): void {
  if (rule.rule.effect === 'permit') return
  for (const atom of atomsOf(rule.rule.constraints)) {
    if (atom.operator !== 'isNoneOf' || atom.operand.type !== 'terms') continue
    const point = escapeOf(rule, atom)
    if (point === undefined) continue
    const { operand } = atom
    const words = {
      zh: `集合同时含有名单内外的值时，本禁止不生效：${operand.label.zh}`,
      en: `a set that is partly inside the list escapes this prohibition: ${operand.label.en}`,
    }
    study.report('LINT_MIXED_SET', ['warning', 1], rule, words, { pointer: atom.pointer, point })
  }
}

/** A request that is prohibited with a set outside of the list, and not with one that is mixed. */
function escapeOf({ rule, boxes }: StudiedRule, { operand, bound }: Atom): Point | undefined {
  const axis = axisOf(operand)
  const outside = [axis.fresh(0)]
  const listed = typeof bound === 'object' ? bound.map(String).slice(0, 1) : []
  const mixed = [...listed, ...outside].sort()
  const without = (all: readonly Box[], set: readonly string[]) => {
    const fixed = (['isPartOf', 'hasPart'] as const).map(
      (operator): Literal => ({ axis, operator, negated: false, values: set }),
    )
    return all
      .filter((box) => solve([...box, ...fixed]) !== undefined)
      .map((box) => box.filter((literal) => literal.axis !== axis))
  }
  const spared = boxesOf(rule.constraints, 'surely', true)
  const point = pointInBoth(without(boxes, outside), without(spared, mixed))
  return point === undefined ? undefined : new Map([...point, [operand.name, mixed]])
}
