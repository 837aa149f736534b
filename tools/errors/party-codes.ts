import { type Told, told } from '#protocol/problems/told'

const ASK_AGAIN = ['以相同请求再问一次', 'ask again with the same request'] as const
const ASK_HOLDER = ['联系数据提供方', 'ask the data providers'] as const
const ASK_OPERATOR = ['联系运营方', 'ask the operator'] as const
const MEND_CONFIG = ['改正配置后重启', 'mend the configuration and start again'] as const
const MEND_MAPPING = ['按所示位置改正映射文件', 'mend the mapping file at the place shown'] as const
const CHECK_SOURCE = ['检查数据源', 'check the data source'] as const

/** Why a question ended without an answer: `code` of a query's state, and of the consumer's side. */
export const ENDING_CODES: Readonly<Record<string, Told>> = {
  CONSUMER_UNAVAILABLE: told(
    ['请求方未及时确认', 'the consumer did not confirm in time'],
    ASK_AGAIN,
  ),
  HOLDER_REFUSED: told(['一个数据提供方拒绝', 'a data provider refused'], ASK_HOLDER),
  HOLDER_UNAVAILABLE: told(
    ['一个数据提供方未及时应答', 'a data provider did not answer in time'],
    ASK_AGAIN,
  ),
  INPUTS_REJECTED: told(
    ['提交未通过发布机构核验', 'the release authority rejected the inputs'],
    ASK_AGAIN,
  ),
  RELEASE_REFUSED: told(['发布机构拒绝', 'the release authority refused'], ASK_AGAIN),
  RELEASE_UNAVAILABLE: told(
    ['发布机构未及时应答', 'the release authority did not answer in time'],
    ASK_AGAIN,
  ),
  SESSION_EXPIRED: told(['会话已过期', 'the session expired'], ASK_AGAIN),
  SESSION_LOST: told(['会话密钥已丢失', 'the key of the session is gone'], ASK_AGAIN),
  QUERY_REFUSED: told(
    ['请求被拒绝', 'the question was refused'],
    ['见附带的问题代码', 'see the problem code that comes with it'],
  ),
  QUERY_TIMED_OUT: told(['未及时得到答复', 'no answer came in time'], ASK_AGAIN),
  RESULT_KEY_LOST: told(
    ['本方已不持有结果的解封密钥', 'the key that opens the result is gone'],
    ASK_AGAIN,
  ),
  SESSION_VOID: told(['会话作废，未发布结果', 'the session ended without a release'], ASK_AGAIN),
}

/** Codes of authority, gateway, connectors and release authority that stay in their process. */
export const PARTY_CODES: Readonly<Record<string, Told>> = {
  AUDITOR_MISSING: told(['目录未列出审计方', 'the auditor is not listed'], MEND_CONFIG),
  AUTHORITY_KEYS_DIFFER: told(
    ['所列公钥不在本方密钥文件中', 'a listed key is not in the key file'],
    MEND_CONFIG,
  ),
  CONTROLS_MALFORMED: told(
    ['一方声明的管控要求不完整', 'a party states its controls incompletely'],
    ASK_HOLDER,
  ),
  DATASET_CHANGED: told(['数据在会话期间变更', 'the data changed during the session'], ASK_AGAIN),
  DIRECTORY_STATE_UNREADABLE: told(
    ['目录状态文件不正确', 'the state of the directory is not ours'],
    ['从备份恢复；切勿从头编号', 'restore it from a backup; never start counting anew'],
  ),
  HOLDER_REFUSES: told(['本方策略拒绝', 'own policies refuse'], ['见本方日志', 'see the own log']),
  LEDGER_CONFLICT: told(['台账状态不允许', 'the ledger does not allow this'], ASK_AGAIN),
  LEDGER_LIMIT: told(['本方额度已用尽', 'an own budget is used up'], ASK_HOLDER),
  PARTICIPANT_DUPLICATE: told(['参与主体重复', 'a participant is listed twice'], MEND_CONFIG),
  PARTICIPANT_MISSING: told(
    ['主管部门自身未登记', 'the authority does not list itself'],
    MEND_CONFIG,
  ),
  PART_NOT_HELD: told(['本方不持有该部分数据', 'this holder does not keep that part'], MEND_CONFIG),
  POLICY_FILE_REFUSED: told(['策略文件无法加载', 'a policy file cannot be loaded'], MEND_CONFIG),
  PRODUCT_DUPLICATE: told(['产品重复', 'a product is described twice'], MEND_CONFIG),
  PRODUCT_REFUSED: told(['产品说明不正确', 'a product description is wrong'], MEND_CONFIG),
  RELEASE_BUSY: told(
    ['发布机构会话已满', 'the release authority holds too many sessions'],
    ASK_AGAIN,
  ),
  ROSTER_REFUSED: told(['名单不完整', 'the roster is not whole'], ASK_OPERATOR),
  SEED_REFUSED: told(
    ['填充种子与签名不符', 'the pad seed is not the one that was signed'],
    ASK_OPERATOR,
  ),
  SESSION_ENDED: told(
    ['会话已有另一结局', 'the session has ended otherwise'],
    ['无需操作', 'nothing to do'],
  ),
  SESSION_KEYS_LOST: told(['会话密钥未能保留', 'the keys of the session are gone'], ASK_AGAIN),
  TASK_NOT_MINE: told(['此任务不属于本方', 'this party does no such task'], ASK_OPERATOR),
}

/** Codes of a connector's sources and mappings. */
export const SOURCE_CODES: Readonly<Record<string, Told>> = {
  CODE_OUTSIDE_DOMAIN: told(['代码不在值域内', 'a code is outside of the domain'], MEND_MAPPING),
  CODE_UNKNOWN: told(['未知代码', 'a code is not known'], MEND_MAPPING),
  COLUMN_AMBIGUOUS: told(['列名不唯一', 'a column name is ambiguous'], MEND_MAPPING),
  COLUMN_MISSING: told(['缺少列', 'a column is missing'], MEND_MAPPING),
  COLUMN_TYPE: told(['列类型不正确', 'a column has the wrong type'], MEND_MAPPING),
  EMPTY_CELLS: told(['存在空值', 'there are empty cells'], MEND_MAPPING),
  EXPRESSION: told(['表达式不正确', 'an expression is wrong'], MEND_MAPPING),
  FIELD_UNKNOWN: told(['未知字段', 'a field is not known'], MEND_MAPPING),
  FIELD_UNMAPPED: told(['字段未映射', 'a field is not mapped'], MEND_MAPPING),
  MAPPING_INVALID: told(['映射文件无效', 'the mapping is not valid'], MEND_MAPPING),
  MAPPING_REFUSED: told(['映射与产品不符', 'the mapping does not fit the product'], MEND_MAPPING),
  PART_UNKNOWN: told(['产品没有此部分', 'the product has no such part'], MEND_MAPPING),
  QUESTION_REFUSED: told(['数据源不能回答此问题', 'the source cannot answer this'], ASK_OPERATOR),
  RANGE_TOO_WIDE: told(
    ['数值超出公布范围', 'values are wider than the declared range'],
    MEND_MAPPING,
  ),
  RULE_NOT_APPLICABLE: told(
    ['规则不适用于该列', 'a rule does not apply to its column'],
    MEND_MAPPING,
  ),
  SOURCE_ABORTED: told(['查询被中止', 'the query was aborted'], ['无需操作', 'nothing to do']),
  SOURCE_CHANGED: told(['数据在查询期间变更', 'the data changed during the query'], ASK_AGAIN),
  SOURCE_CLOSED: told(['数据源已关闭', 'the source is closed'], CHECK_SOURCE),
  SOURCE_DEADLINE: told(['数据源超时', 'the source took too long'], CHECK_SOURCE),
  SOURCE_ENCODING: told(['文件编码不正确', 'the encoding of the file is wrong'], CHECK_SOURCE),
  SOURCE_ENGINE: told(['数据引擎出错', 'the engine failed'], CHECK_SOURCE),
  SOURCE_MEMORY: told(['数据引擎内存不足', 'the engine ran out of memory'], CHECK_SOURCE),
  SOURCE_MISSING: told(['数据源不存在', 'the source is missing'], CHECK_SOURCE),
  SOURCE_ROLE: told(
    ['数据库账号权限过大', 'the database role may do too much'],
    ['使用只读账号', 'use a role that may only read'],
  ),
  SOURCE_UNREACHABLE: told(['数据源不可达', 'the source cannot be reached'], CHECK_SOURCE),
  SOURCE_UNREADABLE: told(['数据源无法读取', 'the source cannot be read'], CHECK_SOURCE),
  TOO_MANY_UNITS: told(['单位数超过公布上界', 'more units than declared'], MEND_MAPPING),
  UNIT_UNKNOWN: told(['未知单位', 'a unit is not known'], MEND_MAPPING),
  VALUE_NOT_CONVERTIBLE: told(['数值无法换算', 'a value cannot be converted'], MEND_MAPPING),
}
