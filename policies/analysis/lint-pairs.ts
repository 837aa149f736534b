import { describeAction } from '../describe.ts'
import { VOCABULARY } from '../vocabulary.ts'
import { pointIn, pointInBoth, subtract } from './region.ts'
import { boxesOfAll, type StudiedPolicy, type StudiedRule, type Study } from './study.ts'

/** How many rules that may apply to the same request are compared pair by pair. */
const MOST_COMPARED = 400

/** Analyses of two rules at a time: 4 shadowed, 5 overlap, 6 prohibited duty, 9 equivalent. */
export function lintPairs(study: Study): void {
  for (const studied of study.policies) {
    const reaching = prohibitionsReaching(study, studied)
    for (const permit of studied.permits) {
      if (pointIn(permit.boxes) === undefined) continue
      findProhibitedDuties(study, permit, reaching)
      study.guard(permit, () => findSwallowed(study, permit, reaching))
    }
  }
  for (const group of comparable(study)) {
    const [first] = group
    if (first !== undefined) study.guard(first, () => findShadowed(study, group))
  }
}

/** Prohibitions of the policy itself and of the platform: those that surely meet its requests. */
function prohibitionsReaching(study: Study, { policy, prohibitions }: StudiedPolicy) {
  const others = study.platform.filter((other) => other.policy !== policy)
  return [...prohibitions, ...others.flatMap((other) => other.prohibitions)]
}

function findSwallowed(
  study: Study,
  permit: StudiedRule,
  prohibitions: readonly StudiedRule[],
): void {
  const meeting = prohibitions.flatMap((prohibition) => {
    const point = pointInBoth(permit.boxes, prohibition.boxes)
    return point === undefined ? [] : [{ prohibition, point }]
  })
  const [first] = meeting
  if (first === undefined) return
  const left = subtract(permit.boxes, boxesOfAll(meeting.map(({ prohibition }) => prohibition)))
  if (left.length === 0) {
    const words = {
      zh: '许可的全部范围都已被禁止',
      en: 'everything that it permits is prohibited',
    }
    const more = { point: first.point, related: first.prohibition }
    study.report('LINT_SWALLOWED', ['error', 4], permit, words, more)
    return
  }
  for (const { prohibition, point } of meeting) {
    const words = {
      zh: '与一项禁止部分重叠；重叠处以禁止为准',
      en: 'overlaps a prohibition; where both apply, the prohibition wins',
    }
    study.report('LINT_OVERLAP', ['info', 5], permit, words, { point, related: prohibition })
  }
}

/** A duty that its bearer may not perform. A prohibition of the use itself is not meant. */
function findProhibitedDuties(
  study: Study,
  permit: StudiedRule,
  prohibitions: readonly StudiedRule[],
): void {
  for (const duty of [...permit.rule.duties, ...permit.policy.obligations]) {
    const bit = VOCABULARY.actions.get(duty.action)?.bit ?? 0
    const related = prohibitions.find(({ rule }) => {
      const action = VOCABULARY.actions.get(rule.action)
      return action !== undefined && !action.omnibus && (action.covers & bit) !== 0
    })
    if (related === undefined) continue
    const point = pointIn(permit.boxes)
    const words = {
      zh: `义务“${describeAction(duty.action, 'zh')}”本身被禁止`,
      en: `the duty to ${describeAction(duty.action, 'en')} is itself prohibited`,
    }
    const more = { pointer: duty.pointer, related, ...(point === undefined ? {} : { point }) }
    study.report('LINT_DUTY_PROHIBITED', ['error', 6], permit, words, more)
  }
}

/** Permissions that can stand in for each other: same layer, target, assignee and action. */
function comparable(study: Study): readonly (readonly StudiedRule[])[] {
  const permits = study.policies
    .flatMap((studied) => studied.permits)
    .filter(({ boxes }) => pointIn(boxes) !== undefined)
  const groups = Map.groupBy(permits, ({ policy, rule }) =>
    [
      policy.layer === 'contract' || policy.layer === 'consent' ? policy.id : policy.layer,
      rule.target ?? policy.target,
      rule.assignee ?? policy.assignee,
      rule.action,
    ].join(' '),
  )
  return [...groups.values()].filter((group) => group.length > 1)
}

function findShadowed(study: Study, group: readonly StudiedRule[]): void {
  const compared = group.slice(0, MOST_COMPARED)
  const first = group[MOST_COMPARED]
  if (first !== undefined) {
    const words = {
      zh: `同类许可超过 ${MOST_COMPARED} 条，其余未两两比较`,
      en: `more than ${MOST_COMPARED} permissions of one kind: the rest is not compared pair by pair`,
    }
    study.report('LINT_TOO_COMPLEX', ['info', 4], first, words)
  }
  for (const [at, rule] of compared.entries()) {
    const by = compared.find((other, index) => other !== rule && shadows(other, rule, index < at))
    if (by === undefined) continue
    const same = shadows(rule, by, true)
    const point = pointIn(rule.boxes)
    const more = { related: by, ...(point === undefined ? {} : { point }) }
    if (same) {
      const words = {
        zh: '与另一条许可完全等价',
        en: 'means exactly the same as another permission',
      }
      study.report('LINT_EQUIVALENT', ['warning', 9], rule, words, more)
    } else {
      const words = {
        zh: '已被另一条许可完全覆盖',
        en: 'is covered entirely by another permission',
      }
      study.report('LINT_SHADOWED', ['warning', 4], rule, words, more)
    }
  }
}

/** Whether `other` makes `rule` superfluous; of two equals, only the earlier one does. */
function shadows(other: StudiedRule, rule: StudiedRule, earlier: boolean): boolean {
  if (other.stateful || rule.rule.duties.length > other.rule.duties.length) return false
  if (other.controls.meet(rule.controls).key !== other.controls.key) return false
  if (subtract(rule.boxes, other.boxes).length > 0) return false
  return earlier || subtract(other.boxes, rule.boxes).length > 0
}
