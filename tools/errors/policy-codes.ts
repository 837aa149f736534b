import type { PolicyErrorCode } from '#policies/errors'
import { PROBLEM_TITLES } from '#policies/problem-titles'
import { type Told, told } from '#protocol/problems/told'

const MEND_POLICY = ['按所示位置改正策略', 'mend the policy at the place shown'] as const
const TELL_DEVELOPERS = ['这是程序缺陷，请报告', 'a fault of the program: report it'] as const
const REMOVE_RULE = ['删除或改写该规则', 'remove or rewrite the rule'] as const
const NARROW_RULE = ['收窄该规则', 'narrow the rule'] as const

/** What to do where mending the place shown is not it. */
const REMEDIES: Readonly<Partial<Record<PolicyErrorCode, readonly [zh: string, en: string]>>> = {
  POLICY_TOO_COMPLEX: ['拆分规则或减少备选', 'split the rule or name fewer alternatives'],
  CONVERT_INEXPRESSIBLE: ['手工改写该部分', 'rewrite that part by hand'],
  FACT_INVALID: TELL_DEVELOPERS,
  VOCABULARY_INVALID: TELL_DEVELOPERS,
}

/** What is wrong with a policy as it is read: the titles that its tools show. */
export const POLICY_CODES: Readonly<Record<string, Told>> = Object.fromEntries(
  (Object.keys(PROBLEM_TITLES) as PolicyErrorCode[]).map((code) => {
    const { zh, en } = PROBLEM_TITLES[code]
    return [code, told([zh, en], REMEDIES[code] ?? MEND_POLICY)]
  }),
)

/** What `baotu policy lint` finds. */
export const LINT_CODES: Readonly<Record<string, Told>> = {
  LINT_ALWAYS_DENIES: told(['总是拒绝', 'always denies'], REMOVE_RULE),
  LINT_ALWAYS_PERMITS: told(['总是允许', 'always permits'], NARROW_RULE),
  LINT_CONTROL_CONFLICT: told(['管控要求互相矛盾', 'controls contradict each other'], REMOVE_RULE),
  LINT_DEPRECATED_TERM: told(
    ['术语已弃用', 'a term is deprecated'],
    ['改用新术语', 'use the new term'],
  ),
  LINT_DIFFERENCING: told(
    ['组合查询可能泄露差分', 'combined queries could be differenced'],
    ['加入差分距离规则', 'add a rule on the distance to released queries'],
  ),
  LINT_DUTY_PROHIBITED: told(['义务本身被禁止', 'a duty is prohibited'], REMOVE_RULE),
  LINT_EQUIVALENT: told(['两条规则等价', 'two rules are equivalent'], REMOVE_RULE),
  LINT_EXPIRES_SOON: told(
    ['授权即将到期', 'an authorisation expires soon'],
    ['及时续签', 'renew it in time'],
  ),
  LINT_MIXED_SET: told(['集合混用不同种类', 'a set mixes kinds'], MEND_POLICY),
  LINT_NO_CONSENT: told(
    ['识别主体却不要求授权', 'identifies a subject without consent'],
    ['加入主体授权条件', 'demand consent of the subject'],
  ),
  LINT_NO_EVIDENCE: told(
    ['没有存证义务', 'no duty to log evidence'],
    ['加入存证义务', 'add the duty bt:logEvidence'],
  ),
  LINT_NO_EXPIRY: told(['没有到期时间', 'never expires'], ['加入到期时间', 'add an expiry']),
  LINT_OMNIBUS: told(['授权过宽', 'an omnibus grant'], NARROW_RULE),
  LINT_OVERLAP: told(['允许与禁止重叠', 'a permission and a prohibition overlap'], NARROW_RULE),
  LINT_REDUNDANT: told(['条件多余', 'a constraint is redundant'], REMOVE_RULE),
  LINT_SHADOWED: told(['规则被另一条覆盖', 'a rule is shadowed by another'], REMOVE_RULE),
  LINT_SWALLOWED: told(['允许被禁止完全吞没', 'a prohibition swallows a permission'], REMOVE_RULE),
  LINT_TOO_COMPLEX: told(
    ['过于复杂，无法分析', 'too complex to analyse'],
    ['拆分规则', 'split the rule'],
  ),
  LINT_UNPINNED: told(
    ['引用未锁定摘要', 'a reference is not pinned'],
    ['加上 #sha256-…', 'pin it with #sha256-…'],
  ),
  LINT_UNREACHABLE_COHORT: told(
    ['最小样本数无法达到', 'the cohort can never be reached'],
    REMOVE_RULE,
  ),
  LINT_UNSATISFIABLE: told(['条件不可能成立', 'a constraint can never hold'], REMOVE_RULE),
  LINT_WIDER_THAN_CEILING: told(['超出上层授权', 'wider than its ceiling'], NARROW_RULE),
}
