import type { PolicyErrorCode } from './errors.ts'
import type { Label } from './vocabulary-document.ts'

/** What each refusal means, in both languages. A code without a row here does not compile. */
export const PROBLEM_TITLES: Readonly<Record<PolicyErrorCode, Label>> = {
  POLICY_SYNTAX: { zh: '不是合法的 JSON', en: 'not JSON' },
  POLICY_DUPLICATE_KEY: { zh: '成员重复', en: 'a member stands twice' },
  POLICY_TOO_LARGE: { zh: '超过大小限制', en: 'too large' },
  POLICY_TOO_DEEP: { zh: '嵌套过深', en: 'nested too deep' },
  POLICY_TOO_COMPLEX: { zh: '备选过多，无法分析', en: 'too many alternatives to be analysed' },
  POLICY_UNSAFE_TEXT: { zh: '含有不可见或易混淆的字符', en: 'invisible or look-alike characters' },
  POLICY_UNKNOWN_MEMBER: { zh: '未知成员', en: 'an unknown member' },
  POLICY_MISSING_MEMBER: { zh: '缺少成员', en: 'a member is missing' },
  POLICY_WRONG_TYPE: { zh: '类型不符', en: 'of the wrong type' },
  POLICY_UNKNOWN_TERM: { zh: '未知术语', en: 'an unknown term' },
  POLICY_OPERATOR: {
    zh: '该操作数不支持此运算符',
    en: 'an operator that the operand does not take',
  },
  POLICY_VALUE: { zh: '取值无效', en: 'a value that is not valid here' },
  POLICY_UNIT: { zh: '单位无效', en: 'a unit that is not valid here' },
  POLICY_PLACE: { zh: '不能出现在此处', en: 'cannot stand here' },
  POLICY_CONFLICT_STRATEGY: { zh: '冲突策略必须为禁止优先', en: 'prohibitions must win' },
  POLICY_DUPLICATE_ID: { zh: '标识重复', en: 'an id is used twice' },
  POLICY_INHERITANCE: { zh: '继承引用无效或成环', en: 'a broken or circular reference' },
  CONVERT_INEXPRESSIBLE: {
    zh: '无法用目标字典表达',
    en: 'cannot be said in the target dictionary',
  },
  FACT_INVALID: { zh: '事实或计数无效', en: 'a fact or a counter that is not valid' },
  VOCABULARY_INVALID: { zh: '词汇表无效', en: 'the vocabulary is broken' },
}
