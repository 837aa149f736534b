import type { ProtocolErrorCode } from '../errors.ts'
import { type WireProblem, wire } from './told.ts'

const ASK_AUTHORITY = [
  '核对本方配置中的主管部门公钥；仍失败时联系主管部门',
  'check the authority key that you pinned; if it is right, ask the authority',
] as const
const MEND_QUERY = ['按 places 所示位置改正问题', 'mend the question at the place named'] as const
const ASK_AGAIN = ['以相同请求重试一次', 'ask once more with the same request'] as const

/** A document of the protocol that was refused. */
export const DOCUMENT_PROBLEMS = {
  DIRECTORY_REFUSED: wire(
    503,
    ['目录不属于本空间或其主管部门', 'the directory is not of this space or authority'],
    ASK_AUTHORITY,
  ),
  DIRECTORY_EXPIRED: wire(
    503,
    ['目录不在有效期内', 'the directory is not valid now'],
    ['核对双方时钟；主管部门须重新签发', 'compare clocks; the authority has to sign it anew'],
  ),
  DIRECTORY_ROLLED_BACK: wire(
    503,
    ['目录比已接受的更旧', 'the directory is older than one accepted before'],
    ASK_AUTHORITY,
  ),
  PARTICIPANT_UNKNOWN: wire(
    403,
    ['目录未列出该参与主体或其角色', 'the directory does not list the participant in that role'],
    ['请主管部门登记该主体', 'ask the authority to list it'],
  ),
  PARTICIPANT_INACTIVE: wire(
    403,
    ['参与主体已暂停或关闭', 'the participant is suspended or closed'],
    ['请主管部门恢复后重试', 'ask the authority to reinstate it'],
  ),
  KEY_UNKNOWN: wire(
    403,
    ['目录未列出该密钥', 'the directory does not list such a key'],
    ['把当前公钥登记到目录', 'have the current public key listed'],
  ),
  MESSAGE_MALFORMED: wire(
    400,
    ['消息不符合模式', 'the message does not match its schema'],
    ['按 places 所示位置改正消息', 'mend the message at the place named'],
  ),
  SIGNATURE_REFUSED: wire(
    403,
    ['签名未通过核验', 'the signature was refused'],
    ['用目录所列的本方签名密钥签署本类消息', 'sign this kind of message with your listed key'],
  ),
  PRODUCT_UNKNOWN: wire(
    404,
    ['没有此数据产品', 'there is no such data product'],
    ['在产品目录中核对标识', 'look its identifier up in the catalogue'],
  ),
  COLUMN_UNKNOWN: wire(422, ['产品没有此列', 'the product has no such column'], MEND_QUERY),
  FUNCTION_UNKNOWN: wire(422, ['没有此聚合函数', 'there is no such function'], MEND_QUERY),
  OPERATOR_UNKNOWN: wire(422, ['没有此运算符', 'there is no such operator'], MEND_QUERY),
  VALUE_OUTSIDE_DOMAIN: wire(
    422,
    ['条件值不在公布的值域内', 'a value is outside of the declared domain'],
    MEND_QUERY,
  ),
  MEASURE_NOT_ASKABLE: wire(422, ['不能这样提问', 'this cannot be asked so'], MEND_QUERY),
  RANGE_MISSING: wire(
    422,
    ['该列没有公布取值范围', 'the column declares no range'],
    ['请主管部门补全产品说明', 'ask the authority to complete the product'],
  ),
  QUERY_TOO_LARGE: wire(
    422,
    ['问题过大', 'the question is too large'],
    ['减少分组或指标', 'ask for fewer groups or measures'],
  ),
  CAPACITY_EXCEEDED: wire(
    422,
    ['按公布的上界计算可能溢出', 'the declared bounds could overflow'],
    ['请主管部门收紧取值范围或单位数上界', 'ask the authority for tighter bounds'],
  ),
  SESSION_MISMATCH: wire(
    409,
    ['消息不属于同一会话', 'the messages are not of one session'],
    ASK_AGAIN,
  ),
  TRANSCRIPT_MISMATCH: wire(
    409,
    ['各方所见的会话记录不一致', 'parties were shown different transcripts'],
    ASK_AGAIN,
  ),
  RESULT_REFUSED: wire(
    422,
    ['结果与计划不符', 'the result is not that of the plan'],
    ['保留证据并联系审计方', 'keep the evidence and tell the auditor'],
  ),
} as const satisfies Readonly<Record<ProtocolErrorCode, WireProblem>>
