import { pinText } from '../canonical-policy.ts'
import type { PolicyErrorCode } from '../errors.ts'
import type { Policy } from '../policy.ts'
import type { Label } from '../vocabulary-document.ts'
import { pointIn } from './region.ts'
import type { StudiedPolicy, Study } from './study.ts'

/** What only the set shows, and what `compile` would refuse or void: ids, pins, circles. */
export function lintReferences(study: Study): void {
  const byId = Map.groupBy(study.policies, ({ policy }) => policy.id)
  for (const studied of study.policies) {
    const { policy } = studied
    const twins = byId.get(policy.id) ?? []
    const same = twins.filter((twin) => twin.policy.status === policy.status)
    if (same.length > 1) report(study, studied, 'POLICY_DUPLICATE_ID', SAME_ID, '/@id')
    findBroken(study, studied, byId)
    if (reaches(policy, policy.id, byId, new Set())) {
      report(study, studied, 'POLICY_INHERITANCE', CIRCLE, '/inheritFrom')
    }
  }
}

type ById = ReadonlyMap<string, readonly StudiedPolicy[]>

const SAME_ID = {
  zh: '同一状态下有两项策略使用此标识',
  en: 'two policies of one status share this id',
}
const CIRCLE = { zh: '策略经由继承引用了自身', en: 'the policy inherits from itself' }
const OTHER_DIGEST = {
  zh: '固定的摘要与集合中的策略不符，引用它的层级将无法判定',
  en: 'the pinned digest is not that of the policy in the set: the layer cannot be judged',
}

/** A reference whose policy is in the set, but with another content. */
function findBroken(study: Study, studied: StudiedPolicy, byId: ById): void {
  const { policy } = studied
  const lists = { inheritFrom: policy.inherits, 'bt:authorizationRef': policy.authorizations }
  for (const [name, pins] of Object.entries(lists)) {
    for (const [at, { id, digest }] of pins.entries()) {
      const known = byId.get(id)?.map((one) => one.policy.digest)
      if (digest === undefined || known === undefined || known.includes(digest)) continue
      report(study, studied, 'POLICY_INHERITANCE', OTHER_DIGEST, `/${name}/${at}`)
    }
  }
}

function reaches(from: Policy, id: string, byId: ById, passed: Set<string>): boolean {
  return from.inherits.some((pin) => {
    if (pin.id === id) return true
    const text = pinText(pin)
    if (passed.has(text)) return false
    passed.add(text)
    return (byId.get(pin.id) ?? []).some(({ policy }) => reaches(policy, id, byId, passed))
  })
}

function report(
  study: Study,
  { policy, permits, prohibitions }: StudiedPolicy,
  code: PolicyErrorCode,
  words: Label,
  pointer: string,
): void {
  const [rule] = [...permits, ...prohibitions]
  if (rule === undefined) return
  const point = pointIn(rule.boxes)
  const more = { pointer, ...(point === undefined ? {} : { point }) }
  study.report(code, ['error', 1], { policy, rule: rule.rule }, words, more)
}
