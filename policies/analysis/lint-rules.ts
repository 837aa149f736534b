import { describe } from '../describe.ts'
import { atomsOf, type Constraint, type Rule } from '../policy.ts'
import { VOCABULARY } from '../vocabulary.ts'
import type { Label } from '../vocabulary-document.ts'
import { findMixedSets } from './mixed-sets.ts'
import { type Box, boxesOf, product } from './normal-form.ts'
import { pointIn, readingOf, subtract } from './region.ts'
import type { Point } from './solve.ts'
import {
  boxesOfAll,
  type StudiedPolicy,
  type StudiedRule,
  type Study,
  tooSmallFor,
} from './study.ts'

/** Analyses of one rule or policy at a time: 2, 3, 9, 10 (inside a rule), 11 and 12. */
export function lintRules(study: Study): void {
  for (const studied of study.policies) {
    for (const rule of [...studied.permits, ...studied.prohibitions]) {
      study.guard(rule, () => {
        if (!isSatisfiable(study, rule)) return
        findMixedSets(study, rule)
        findDeprecated(study, rule)
        findRedundant(study, rule)
      })
    }
    for (const permit of studied.permits) findBlanket(study, permit)
    const [first] = studied.permits
    if (first !== undefined) study.guard(first, () => findAlwaysDenies(study, studied))
  }
}

function isSatisfiable(study: Study, rule: StudiedRule): boolean {
  const conflict = rule.controls.unsatisfiable
  const some = pointIn(rule.boxes)
  if (conflict !== undefined) {
    const words = {
      zh: `对“${conflict.label.zh}”的要求互相矛盾`,
      en: `the demands on ${conflict.label.en} contradict each other`,
    }
    const more = some === undefined ? {} : { point: some }
    study.report('LINT_CONTROL_CONFLICT', ['error', 10], rule, words, more)
  }
  if (some !== undefined) return true
  const { culprit, point, why } = tooSmall(rule.rule) ?? firstContradiction(rule)
  const words = {
    zh: `没有任何请求能满足：${describe(culprit, 'zh')}，${why.zh}`,
    en: `no request can meet it: ${describe(culprit, 'en')} ${why.en}`,
  }
  const more = { pointer: culprit.pointer, ...(point === undefined ? {} : { point }) }
  study.report('LINT_UNSATISFIABLE', ['error', 2], rule, words, more)
  return false
}

/** What keeps a rule from ever being met, with a request that meets everything before it. */
interface Obstacle {
  readonly culprit: Constraint
  readonly point: Point | undefined
  readonly why: Label
}

function tooSmall(rule: Rule): Obstacle | undefined {
  const culprit = tooSmallFor(rule)
  if (culprit === undefined) return undefined
  const point = pointIn(boxesOf(rule.constraints, readingOf(rule)))
  return { culprit, point, why: { zh: '一次使用就已超过', en: 'is less than a single use' } }
}

/** The first constraint that no request can meet together with those before it. */
function firstContradiction({ rule, boxes }: StudiedRule): Obstacle {
  const { constraints } = rule
  const reading = readingOf(rule)
  const upTo = (count: number) => pointIn(boxesOf(constraints.slice(0, count), reading))
  const at = constraints.findIndex((_, index) => upTo(index + 1) === undefined)
  const culprit = (constraints[at] ?? constraints[0]) as Constraint
  const alone = pointIn(boxesOf([culprit], 'might')) !== undefined
  const surely = pointIn(boxesOf([culprit], reading)) !== undefined
  const why =
    alone && !surely
      ? { zh: '但事件的先后顺序无从得知', en: 'in an order of events that nobody knows' }
      : { zh: '与其余约束矛盾', en: 'contradicts the other constraints' }
  return { culprit, point: upTo(Math.max(at, 0)) ?? pointIn(boxes), why }
}

function findRedundant(study: Study, rule: StudiedRule): void {
  const { constraints } = rule.rule
  const reading = constraints.filter((constraint) => !isImposed(constraint))
  for (const constraint of reading) {
    const others = reading.filter((other) => other !== constraint)
    const rest = boxesOf(others, readingOf(rule.rule))
    const unmet = boxesOf([constraint], rule.rule.effect === 'permit' ? 'might' : 'surely', true)
    if (pointIn(product([rest, unmet])) !== undefined) continue
    const point = pointIn(rule.boxes)
    const words = {
      zh: `多余：其余约束已经保证 ${describe(constraint, 'zh')}`,
      en: `redundant: everything else already makes sure that ${describe(constraint, 'en')}`,
    }
    const more = { pointer: constraint.pointer, ...(point === undefined ? {} : { point }) }
    study.report('LINT_REDUNDANT', ['info', 3], rule, words, more)
  }
}

function isImposed(constraint: Constraint): boolean {
  return atomsOf([constraint]).every(
    ({ operand }) => operand.kind === 'control' || operand.kind === 'state',
  )
}

function findDeprecated(study: Study, rule: StudiedRule): void {
  for (const { operand, bound, pointer } of atomsOf(rule.rule.constraints)) {
    const terms = VOCABULARY.document.taxonomies[operand.taxonomy ?? ''] ?? {}
    for (const term of typeof bound === 'object' ? bound : [bound]) {
      const instead = terms[String(term)]?.deprecated
      if (instead === undefined) continue
      const words = {
        zh: `术语已停用，请改用 ${instead}`,
        en: `the term is deprecated: use ${instead}`,
      }
      const point = pointIn(rule.boxes)
      const more = { pointer, ...(point === undefined ? {} : { point }) }
      study.report('LINT_DEPRECATED_TERM', ['warning', 12], rule, words, more)
    }
  }
}

/** A permission for everything, or for everyone without any condition. */
function findBlanket(study: Study, permit: StudiedRule): void {
  const action = VOCABULARY.actions.get(permit.rule.action)
  const point = pointIn(permit.boxes)
  if (point === undefined) return
  const more = { point }
  if (action?.omnibus === true) {
    const words = {
      zh: `不得整体许可动作 ${action.name}，请逐项列出`,
      en: `${action.name} must not be permitted as a whole: list the actions it is meant for`,
    }
    study.report('LINT_OMNIBUS', ['error', 11], permit, words, more)
  }
  if (permit.rule.constraints.every(isImposed) && permit.policy.layer !== 'platform') {
    const words = { zh: '许可不带任何条件', en: 'the permission has no condition at all' }
    const leaf = permit.policy.layer === 'contract' || permit.policy.layer === 'consent'
    study.report('LINT_ALWAYS_PERMITS', [leaf ? 'warning' : 'info', 9], permit, words, more)
  }
}

/** Of the platform nothing is asked but silence: it never permits in the first place. */
function findAlwaysDenies(study: Study, { policy, permits, prohibitions }: StudiedPolicy): void {
  const [first] = permits
  if (
    first === undefined ||
    policy.layer === 'platform' ||
    permits.some((permit) => isEffective(permit, prohibitions))
  )
    return
  const words = {
    zh: '本策略不会允许任何请求',
    en: 'the policy can never permit anything',
  }
  study.report('LINT_ALWAYS_DENIES', ['error', 9], first, words, { pointer: '' })
}

function isEffective(permit: StudiedRule, prohibitions: readonly StudiedRule[]): boolean {
  if (permit.controls.unsatisfiable !== undefined) return false
  const left: readonly Box[] = subtract(permit.boxes, boxesOfAll(prohibitions))
  return left.length > 0
}
