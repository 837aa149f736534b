import { type Told, told } from '#protocol/problems/told'

const MEND_POLICY = ['按所示位置改正策略', 'mend the policy at the place shown'] as const
const TELL_DEVELOPERS = ['这是程序缺陷，请报告', 'a fault of the program: report it'] as const
const REMOVE_RULE = ['删除或改写该规则', 'remove or rewrite the rule'] as const
const NARROW_RULE = ['收窄该规则', 'narrow the rule'] as const

/** What is wrong with a policy as it is read. */
export const POLICY_CODES: Readonly<Record<string, Told>> = {
  CONVERT_INEXPRESSIBLE: told(
    ['无法用目标形式表达', 'the other form cannot say this'],
    ['手工改写该部分', 'rewrite that part by hand'],
  ),
  FACT_INVALID: told(
    ['事实名称或数值无效', 'a fact is not one of the vocabulary'],
    TELL_DEVELOPERS,
  ),
  POLICY_CONFLICT_STRATEGY: told(
    ['冲突策略不允许', 'the conflict strategy is refused'],
    MEND_POLICY,
  ),
  POLICY_DUPLICATE_ID: told(['标识重复', 'an identifier is given twice'], MEND_POLICY),
  POLICY_DUPLICATE_KEY: told(['键重复', 'a key is given twice'], MEND_POLICY),
  POLICY_INHERITANCE: told(['继承关系不正确', 'the inheritance is wrong'], MEND_POLICY),
  POLICY_MISSING_MEMBER: told(['缺少成员', 'a member is missing'], MEND_POLICY),
  POLICY_OPERATOR: told(
    ['此操作数不支持该运算符', 'the operand has no such operator'],
    MEND_POLICY,
  ),
  POLICY_PLACE: told(['此处不允许该约束', 'the constraint does not belong here'], MEND_POLICY),
  POLICY_SYNTAX: told(['不是 JSON', 'the policy is not JSON'], MEND_POLICY),
  POLICY_TOO_DEEP: told(['嵌套过深', 'the policy is nested too deep'], MEND_POLICY),
  POLICY_TOO_LARGE: told(['策略过大', 'the policy is too large'], MEND_POLICY),
  POLICY_UNIT: told(['单位不正确', 'the unit is wrong'], MEND_POLICY),
  POLICY_UNKNOWN_MEMBER: told(['未知成员', 'a member is not known'], MEND_POLICY),
  POLICY_UNKNOWN_TERM: told(['未知术语', 'a term is not known'], MEND_POLICY),
  POLICY_UNSAFE_TEXT: told(
    ['文本含不允许的字符', 'a text holds characters that it may not'],
    MEND_POLICY,
  ),
  POLICY_VALUE: told(['数值不正确', 'a value is wrong'], MEND_POLICY),
  POLICY_WRONG_TYPE: told(['类型不正确', 'a value has the wrong type'], MEND_POLICY),
  VOCABULARY_INVALID: told(['词汇表无效', 'the vocabulary is not valid'], TELL_DEVELOPERS),
}

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
