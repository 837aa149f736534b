import type { ControlSet } from '../control-set.ts'
import { atomsOf } from '../policy.ts'
import { VOCABULARY } from '../vocabulary.ts'
import { axisOf, type Literal } from './axis.ts'
import type { Box } from './normal-form.ts'
import { ASSIGNEE_AXIS, pointIn, pointInBoth, subtract, TARGET_AXIS } from './region.ts'
import type { StudiedPolicy, StudiedRule, Study } from './study.ts'

const IDENTIFYING = new Set(['bt:score', 'bt:lookup', 'bt:export'])
const AGGREGATING = new Set(['bt:aggregate', 'bt:join'])
const DAY_MS = 86_400_000
/** What still holds at this instant never expires. */
const FAR_AWAY = Date.UTC(2200, 0, 1)

/** Analyses across layers and time: 7, 10, 11, 13, 14, and references that are not pinned. */
export function lintLayers(study: Study): void {
  for (const studied of study.policies) {
    findUnpinned(study, studied)
    const ceilings = studied.ceilings.map((ceiling) => study.find(ceiling)).filter(isKnown)
    for (const permit of studied.permits) {
      if (pointIn(permit.boxes) === undefined) continue
      study.guard(permit, () => {
        findControlConflict(study, permit, ceilings)
        findUnreachable(study, permit)
        findWider(study, permit, ceilings)
      })
      if (permit.policy.layer === 'platform') continue
      findMissingEvidence(study, permit, ceilings)
      findDifferencing(study, studied, permit, ceilings)
      study.guard(permit, () => {
        findMissingConsent(study, permit, ceilings)
        findTimes(study, studied, permit, ceilings)
      })
    }
  }
}

function findUnpinned(study: Study, { policy }: StudiedPolicy): void {
  const [rule] = policy.rules
  const loose = [...policy.inherits, ...policy.authorizations].some(
    ({ digest }) => digest === undefined,
  )
  if (!loose || rule === undefined) return
  const words = {
    zh: '引用的策略未以摘要固定（id#sha256-…）',
    en: 'a policy is referred to without its digest (id#sha256-…)',
  }
  study.report('LINT_UNPINNED', ['warning', 1], { policy, rule }, words, { pointer: '' })
}

/** Authority that a ceiling does not carry: it can never take effect. */
function findWider(study: Study, permit: StudiedRule, ceilings: readonly StudiedPolicy[]): void {
  for (const { permits } of ceilings) {
    const own = withoutParties(permit.boxes)
    const [outside] = subtract(
      own,
      permits.flatMap(({ boxes }) => withoutParties(boxes)),
    )
    const point = outside === undefined ? undefined : pointIn([outside])
    const related = permits.find((one) => coversAction(one, permit)) ?? permits[0]
    if (point === undefined || related === undefined) continue
    const words = {
      zh: '许可宽于其上位授权，超出部分不会生效',
      en: 'permits more than its ceiling does; the part beyond has no effect',
    }
    const severity = exceedsOwnBounds(own, permits) ? 'warning' : 'info'
    study.report('LINT_WIDER_THAN_CEILING', [severity, 7], permit, words, { point, related })
  }
}

/** Whether it is wider in a respect that it speaks about itself, not only where it is silent. */
function exceedsOwnBounds(own: readonly Box[], ceiling: readonly StudiedRule[]): boolean {
  const spoken = new Set(own.flatMap((box) => box.map(({ axis }) => axis.name)))
  const bounds = ceiling.flatMap(({ boxes }) => withoutParties(boxes))
  const comparable = bounds.map((box) => box.filter(({ axis }) => spoken.has(axis.name)))
  return subtract(own, comparable).length > 0
}

function findControlConflict(
  study: Study,
  permit: StudiedRule,
  ceilings: readonly StudiedPolicy[],
): void {
  for (const related of ceilings.flatMap(({ permits }) => permits)) {
    const controls: ControlSet = permit.controls.meet(related.controls)
    const conflict = controls.unsatisfiable
    if (conflict === undefined || permit.controls.unsatisfiable !== undefined) continue
    const point = pointInBoth(withoutParties(permit.boxes), withoutParties(related.boxes))
    if (point === undefined) continue
    const words = {
      zh: `与上位授权对“${conflict.label.zh}”的要求无法同时满足`,
      en: `its demand on ${conflict.label.en} cannot be met together with its ceiling's`,
    }
    study.report('LINT_CONTROL_CONFLICT', ['error', 10], permit, words, { point, related })
  }
}

function findUnreachable(study: Study, permit: StudiedRule): void {
  const size = study.options.catalogue?.sizes?.[permit.rule.target ?? permit.policy.target ?? '']
  const cohort = permit.controls.bounds.find(({ operand }) => operand.name === 'bt:minCohort')
  if (size === undefined || (cohort?.min ?? 0) <= size) return
  const words = {
    zh: '最小群体规模超过数据的公开规模，永远无法达到',
    en: 'the smallest cohort is larger than the published size of the data',
  }
  const point = pointIn(permit.boxes)
  study.report(
    'LINT_UNREACHABLE_COHORT',
    ['warning', 10],
    permit,
    words,
    point === undefined ? {} : { point },
  )
}

/** 11 and 13: a permission that never ends, or ends within the horizon. */
function findTimes(
  study: Study,
  studied: StudiedPolicy,
  permit: StudiedRule,
  ceilings: readonly StudiedPolicy[],
): void {
  const holes = [studied, ...ceilings].flatMap(({ prohibitions }) =>
    prohibitions.flatMap(({ boxes }) => withoutParties(boxes)),
  )
  const holding = (from: number) => {
    const later = permit.boxes.map((box) => [...(withoutParties([box])[0] ?? []), since(from)])
    return pointIn(subtract(later, holes))
  }
  const forever = holding(FAR_AWAY)
  if (forever !== undefined) {
    const words = { zh: '许可没有截止日期', en: 'the permission never expires' }
    study.report('LINT_NO_EXPIRY', ['warning', 11], permit, words, { point: forever })
  }
  const { now, horizonDays = 30 } = study.options
  if (now === undefined || holding(now + horizonDays * DAY_MS) !== undefined) return
  const point = holding(now)
  if (point === undefined) return
  const dependents = study.dependentsOf(permit.policy)
  const words = {
    zh: `许可将在 ${horizonDays} 天内到期；依赖它的策略有 ${dependents} 项`,
    en: `expires within ${horizonDays} days; ${dependents} policies depend on it`,
  }
  study.report('LINT_EXPIRES_SOON', ['warning', 13], permit, words, { point })
}

function findMissingConsent(
  study: Study,
  permit: StudiedRule,
  ceilings: readonly StudiedPolicy[],
): void {
  if (!IDENTIFYING.has(permit.rule.action) || permit.policy.layer === 'consent') return
  const consent = VOCABULARY.operands.get('bt:consent')
  if (consent === undefined) return
  const axis = axisOf(consent)
  const withheld: Literal = { axis, operator: 'neq', negated: false, values: ['granted'] }
  const bounds = ceilings.map(({ permits }) =>
    permits.flatMap(({ boxes }) => withoutParties(boxes)),
  )
  const refused = bounds.reduce<readonly Box[]>(
    (left, ceiling) => left.flatMap((box) => ceiling.map((other) => [...box, ...other])),
    withoutParties(permit.boxes).map((box) => [...box, withheld]),
  )
  const point = pointIn(refused)
  const basis = atomsOf(permit.rule.constraints).some(
    ({ operand }) => operand.name === 'bt:legalBasis',
  )
  if (point === undefined || basis) return
  const words = {
    zh: '涉及单一主体的动作未要求主体授权',
    en: 'an action about one subject does not ask for its consent',
  }
  study.report('LINT_NO_CONSENT', ['warning', 11], permit, words, { point })
}

function findMissingEvidence(
  study: Study,
  permit: StudiedRule,
  ceilings: readonly StudiedPolicy[],
): void {
  if (permit.policy.layer !== 'contract') return
  const above = ceilings.flatMap(({ permits }) =>
    permits.filter(({ rule }) => rule.action === permit.rule.action),
  )
  const logs = [permit, ...above].some(({ rule, policy }) =>
    [...rule.duties, ...policy.obligations].some(({ action }) => action === 'bt:logEvidence'),
  )
  if (logs) return
  const point = pointIn(permit.boxes)
  const words = { zh: '没有存证义务', en: 'no duty to log evidence' }
  study.report(
    'LINT_NO_EVIDENCE',
    ['warning', 11],
    permit,
    words,
    point === undefined ? {} : { point },
  )
}

/** Aggregates that nobody guards against differencing: two askings that differ by one enterprise. */
function findDifferencing(
  study: Study,
  studied: StudiedPolicy,
  permit: StudiedRule,
  ceilings: readonly StudiedPolicy[],
): void {
  if (!AGGREGATING.has(permit.rule.action) || !releasesNumbers(permit)) return
  const guards = [studied, ...ceilings, ...study.platform]
  const relevant = guards.flatMap(({ permits, prohibitions }) => [...permits, ...prohibitions])
  const guarded = [permit, ...relevant].some(({ rule }) => {
    const guards = atomsOf(rule.constraints).some(({ operand }) => GUARDS.has(operand.name))
    return guards && coversAction({ rule }, permit)
  })
  const point = pointIn(permit.boxes)
  if (guarded || point === undefined) return
  const words = {
    zh: '允许重复统计而没有差分防护（差分距离或隐私预算）',
    en: 'permits repeated aggregates with no guard against differencing (bt:queryOverlap or a budget)',
  }
  study.report('LINT_DIFFERENCING', ['warning', 14], permit, words, { point })
}

type RuleOnly = Pick<StudiedRule, 'rule'>

/** Whether one rule is about everything that the other is about. */
function coversAction({ rule }: RuleOnly, other: RuleOnly): boolean {
  const bit = VOCABULARY.actions.get(other.rule.action)?.bit ?? 0
  return ((VOCABULARY.actions.get(rule.action)?.covers ?? 0) & bit) !== 0
}

/** Alerts and models are no sums; without a bound on the form, sums may come out. */
function releasesNumbers({ controls }: StudiedRule): boolean {
  const form = controls.bounds.find(({ operand }) => operand.name === 'bt:resultForm')
  return form?.terms?.some((term) => term !== 'alert' && term !== 'model') ?? true
}

const GUARDS = new Set(['bt:queryOverlap', 'bt:epsilonPerQuery', 'bt:epsilonTotal', 'bt:mode'])

function since(instant: number): Literal {
  const operand = VOCABULARY.operands.get('dateTime')
  if (operand === undefined) throw new TypeError('the vocabulary lacks dateTime')
  return { axis: axisOf(operand), operator: 'gteq', negated: false, values: [instant] }
}

/** Ceilings are given to an operator over a collection: only action and facts can be compared. */
function withoutParties(boxes: readonly Box[]): readonly Box[] {
  return boxes.map((box) =>
    box.filter(({ axis }) => axis.name !== ASSIGNEE_AXIS && axis.name !== TARGET_AXIS),
  )
}

function isKnown<T>(value: T | undefined): value is T {
  return value !== undefined
}
