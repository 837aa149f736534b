import { describe } from '../describe.ts'
import { atomsOf, type Constraint } from '../policy.ts'
import { VOCABULARY } from '../vocabulary.ts'
import { axisOf } from './axis.ts'
import { type Box, boxesOf, product } from './normal-form.ts'
import { pointIn, subtract } from './region.ts'
import { boxesOfAll, type StudiedPolicy, type StudiedRule, type Study } from './study.ts'

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
  if (conflict !== undefined) {
    study.report('LINT_CONTROL_CONFLICT', ['error', 10], rule, {
      zh: `对“${conflict.label.zh}”的要求互相矛盾`,
      en: `the demands on ${conflict.label.en} contradict each other`,
    })
  }
  if (pointIn(rule.boxes) !== undefined) return true
  const { culprit, point } = firstContradiction(rule)
  study.report(
    'LINT_UNSATISFIABLE',
    ['error', 2],
    rule,
    {
      zh: `没有任何请求能满足：${describe(culprit, 'zh')}，与其余约束矛盾`,
      en: `no request can meet it: ${describe(culprit, 'en')} contradicts the other constraints`,
    },
    { pointer: culprit.pointer, ...(point === undefined ? {} : { point }) },
  )
  return false
}

/** The first constraint that no request can meet together with those before it. */
function firstContradiction({ rule, boxes }: StudiedRule) {
  const { constraints } = rule
  const at = constraints.findIndex(
    (_, index) => pointIn(boxesOf(constraints.slice(0, index + 1))) === undefined,
  )
  const culprit = (constraints[at] ?? constraints[0]) as Constraint
  return {
    culprit,
    point: pointIn(boxesOf(constraints.slice(0, Math.max(at, 0)))) ?? pointIn(boxes),
  }
}

function findRedundant(study: Study, rule: StudiedRule): void {
  const { constraints } = rule.rule
  const reading = constraints.filter((constraint) => !isImposed(constraint))
  for (const constraint of reading) {
    const rest = boxesOf(reading.filter((other) => other !== constraint))
    if (pointIn(product([rest, boxesOf([constraint], true)])) !== undefined) continue
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

/** A set that is only partly inside escapes a prohibition by `isNoneOf`. */
function findMixedSets(study: Study, rule: StudiedRule): void {
  if (rule.rule.effect === 'permit') return
  for (const atom of atomsOf(rule.rule.constraints)) {
    if (atom.operator !== 'isNoneOf' || atom.operand.type !== 'terms') continue
    const terms = typeof atom.bound === 'object' ? atom.bound.map(String) : []
    const mixed = [...terms.slice(0, 1), axisOf(atom.operand).fresh(0)].sort()
    const { operand } = atom
    const words = {
      zh: `集合同时含有名单内外的值时，本禁止不生效：${operand.label.zh}`,
      en: `a set that is partly inside the list escapes this prohibition: ${operand.label.en}`,
    }
    const point = new Map([...(pointIn(rule.boxes) ?? []), [operand.name, mixed]])
    study.report('LINT_MIXED_SET', ['warning', 1], rule, words, { pointer: atom.pointer, point })
  }
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
  const more = point === undefined ? {} : { point }
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

function findAlwaysDenies(study: Study, { permits, prohibitions }: StudiedPolicy): void {
  const [first] = permits
  if (first === undefined || permits.some((permit) => isEffective(permit, prohibitions))) return
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
