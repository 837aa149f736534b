import { type WireProblem, wire } from './told.ts'

const NOTHING_TO_DO = ['无需操作，丢弃即可', 'nothing to do: drop it'] as const
const CHECK_CLIENT = ['核对客户端版本', 'check the version of the client'] as const
const LATER = ['稍后以相同请求重试', 'repeat the same request later'] as const

/** Refusals in the exchange with the gateway: queries, tasks, blobs, evidence. */
export const EXCHANGE_PROBLEMS = {
  QUERY_UNKNOWN: wire(
    404,
    ['本调用方没有此请求', 'this caller asked no such question'],
    ['核对请求摘要', 'check the digest of the request'],
  ),
  QUERY_STAGE: wire(
    409,
    ['请求不在此阶段', 'the question is not at that stage'],
    ['读取当前状态后继续', 'read its state and go on from there'],
  ),
  ATTEMPTS_EXHAUSTED: wire(
    409,
    ['尝试次数已用尽', 'the request was tried too often'],
    ['签署新的请求', 'sign a new request'],
  ),
  TASK_UNKNOWN: wire(
    404,
    ['没有把此任务交给本调用方', 'no such task was handed to this caller'],
    CHECK_CLIENT,
  ),
  TASK_SETTLED: wire(409, ['任务已结束', 'the task has ended'], NOTHING_TO_DO),
  TASK_FENCED: wire(409, ['任务已转交他人', 'the task was handed to another lease'], NOTHING_TO_DO),
  TASK_CONFLICT: wire(
    500,
    ['同一键对应不同任务', 'one key stands for two tasks'],
    ['把 instance 告知运营方', 'give the operator the instance'],
  ),
  SESSION_CLOSED: wire(409, ['该阶段已结束', 'that stage is over'], NOTHING_TO_DO),
  BLOB_UNKNOWN: wire(
    404,
    ['没有供本调用方读取的此数据块', 'there is no such blob for this caller'],
    ['核对会话与摘要', 'check session and digest'],
  ),
  BLOB_DIGEST: wire(
    422,
    ['数据块与其摘要不符', 'the blob is not the one of its digest'],
    ['重新上传', 'upload it again'],
  ),
  BLOB_SIZE: wire(
    422,
    ['数据块长度不是此处应有的', 'the blob is not of the length that belongs here'],
    CHECK_CLIENT,
  ),
  BLOB_LIMIT: wire(
    409,
    ['上传的数据块过多', 'too many blobs were uploaded'],
    ['等待会话结束后重试', 'wait for the session to end'],
  ),
  BLOB_MISSING: wire(
    409,
    ['答复引用了未上传的数据块', 'the answer names a blob that was not uploaded'],
    ['先上传数据块再答复', 'upload it, then answer'],
  ),
  INPUT_REFUSED: wire(
    422,
    ['提交与计划不符', 'the submission is not what the plan asks for'],
    CHECK_CLIENT,
  ),
  EVIDENCE_UNAVAILABLE: wire(
    503,
    ['存证不可写，未作任何答复', 'the evidence log cannot be written, nothing was answered'],
    LATER,
  ),
  LOG_UNAVAILABLE: wire(503, ['存证不可用', 'the evidence log is not available'], LATER),
  LOG_FORKED: wire(
    503,
    ['存证与曾经公布的不一致', 'the evidence log is not the one shown before'],
    ['停用并由人工检查', 'stop and have a person look at it'],
  ),
  RECEIPT_NOT_FOUND: wire(
    404,
    ['没有此存证条目', 'the log has no such entry'],
    ['核对序号', 'check the index'],
  ),
  BASE64URL_INVALID: wire(
    400,
    ['字节的文本形式不规范', 'bytes are not in canonical base64url'],
    ['使用无填充的 base64url', 'use base64url without padding'],
  ),
  CANONICAL_FORM: wire(
    400,
    ['内容没有规范形式', 'the content has no canonical form'],
    ['按 RFC 8785 规范化', 'canonicalise it as RFC 8785 says'],
  ),
  SUITE_UNKNOWN: wire(
    400,
    ['未知的算法套件', 'the suite of algorithms is unknown'],
    ['使用空间约定的套件', 'use the suite of the space'],
  ),
} as const satisfies Readonly<Record<string, WireProblem>>
