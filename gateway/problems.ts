import type { ProtocolErrorCode } from '#protocol/errors'
import type { PolicyRefusalCode } from '#protocol/policy-judgement'
import { PROBLEMS } from '#protocol/problems'
import type { ProblemRow } from '#runtime/problem'
import { RUNTIME_PROBLEMS, type ServerProblems } from '#runtime/runtime-problems'
import type { TaskErrorCode } from '#runtime/store/task-error'
import type { DenialCode } from './flow/denied-error.ts'
import type { GatewayErrorCode } from './gateway-error.ts'

type Answered =
  | ProtocolErrorCode
  | PolicyRefusalCode
  | DenialCode
  | TaskErrorCode
  | Exclude<GatewayErrorCode, 'POLICY_FILE_REFUSED'>

/** The one table of this server. A code that can be thrown here and has no row does not compile. */
export const GATEWAY_PROBLEMS: ServerProblems & Readonly<Record<Answered, ProblemRow>> = {
  ...RUNTIME_PROBLEMS,
  ...PROBLEMS,
}
