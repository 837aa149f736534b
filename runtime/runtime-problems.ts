import type { ProblemRow, ProblemTable } from './problem.ts'

/** The refusals that the ground itself can give, for the one table in `protocol/problems`. */
export const RUNTIME_PROBLEMS = {
  MALFORMED_BODY: {
    status: 400,
    title: { zh: '请求体不是严格的 JSON', en: 'the body is not strict JSON' },
    hint: {
      zh: '按 places 所示位置改正；不接受注释、重复键和超过 2^53 的数字',
      en: 'mend the place named; comments, duplicate keys and numbers beyond 2^53 are refused',
    },
  },
  INVALID_REQUEST: {
    status: 400,
    title: { zh: '请求不符合接口模式', en: 'the request does not match its schema' },
    hint: {
      zh: '按 places 所示位置和规则改正；未声明的键一律拒绝',
      en: 'mend the places named; a key that is not declared is refused',
    },
  },
  UNAUTHENTICATED: {
    status: 401,
    title: { zh: '身份未确认', en: 'the caller is not authenticated' },
    hint: { zh: '取得新的访问令牌后重试', en: 'get a new access token and try again' },
  },
  FORBIDDEN: {
    status: 403,
    title: { zh: '无权进行此操作', en: 'the caller may not do this' },
    hint: { zh: '请向运营方申请相应角色', en: 'ask the operator for the role that may' },
  },
  NOT_FOUND: {
    status: 404,
    title: { zh: '没有此资源', en: 'there is no such resource' },
    hint: { zh: '核对方法、路径和标识', en: 'check method, path and identifiers' },
  },
  BODY_TOO_LARGE: {
    status: 413,
    title: { zh: '请求体过大', en: 'the body is too large' },
    hint: { zh: '缩小请求后重试', en: 'send a smaller request' },
  },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    title: { zh: '不支持的内容类型', en: 'the content type is not supported' },
    hint: {
      zh: '使用接口文档列出的 Content-Type',
      en: 'use a content type the API document lists',
    },
  },
  RATE_LIMITED: {
    status: 429,
    title: { zh: '请求过于频繁', en: 'too many requests' },
    hint: { zh: '按 Retry-After 等待后重试', en: 'wait as Retry-After says' },
  },
  INTERNAL: {
    status: 500,
    title: { zh: '内部错误', en: 'internal error' },
    hint: { zh: '把 instance 告知运营方', en: 'give the operator the instance' },
  },
  REMOTE_PROBLEM: {
    status: 502,
    title: { zh: '另一参与方拒绝了调用', en: 'another party refused the call' },
    hint: { zh: '把 instance 告知运营方', en: 'give the operator the instance' },
  },
  REMOTE_UNREACHABLE: {
    status: 502,
    title: { zh: '另一参与方不可达', en: 'another party cannot be reached' },
    hint: { zh: '稍后重试', en: 'try again later' },
  },
  REMOTE_RESPONSE_INVALID: {
    status: 502,
    title: { zh: '另一参与方的应答无效', en: 'another party gave an invalid answer' },
    hint: { zh: '核对双方版本', en: 'compare the versions of both sides' },
  },
  REMOTE_RESPONSE_TOO_LARGE: {
    status: 502,
    title: { zh: '另一参与方的应答过大', en: "another party's answer is too large" },
    hint: { zh: '把 instance 告知运营方', en: 'give the operator the instance' },
  },
  REMOTE_TIMEOUT: {
    status: 504,
    title: { zh: '另一参与方未及时应答', en: 'another party did not answer in time' },
    hint: { zh: '以相同请求重试', en: 'repeat the same request' },
  },
  UNAVAILABLE: {
    status: 503,
    title: { zh: '服务暂不可用', en: 'the service is not available now' },
    hint: { zh: '稍后重试', en: 'try again later' },
  },
  TRANSACTION_CONFLICT: {
    status: 503,
    title: { zh: '并发冲突，操作未生效', en: 'concurrent writes collided, nothing was done' },
    hint: { zh: '以相同请求重试', en: 'repeat the same request' },
  },
  TIMEOUT: {
    status: 504,
    title: { zh: '处理超时', en: 'the request took too long' },
    hint: { zh: '以相同请求重试', en: 'repeat the same request' },
  },
} as const satisfies ProblemTable

export type RuntimeProblemCode = keyof typeof RUNTIME_PROBLEMS

/** A table fit for a server: whatever else it holds, it holds the codes of the ground. */
export type ServerProblems = ProblemTable & Readonly<Record<RuntimeProblemCode, ProblemRow>>
