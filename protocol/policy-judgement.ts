import type { Digest } from '#crypto/digest'
import type { Snapshot } from '#policies/compile'
import { type Controls, levelControls, MODES, outputControls } from '#policies/controls'
import type { Counters } from '#policies/counters'
import { decide } from '#policies/decide'
import type { Decision } from '#policies/decision'
import { CLOCK_SKEW_MS } from './access-token.ts'
import type { QueryRequest } from './messages/query.ts'
import { type PolicyQuestion, policyQuestion, type QuestionParts } from './policy-question.ts'
import { releasedTableBytes } from './release-result.ts'

/** Why a question is refused, fit for every wire. Public: listed in docs/errors.md. */
export type PolicyRefusalCode =
  | 'REQUEST_STALE'
  | 'CONTRACT_UNKNOWN'
  | 'CONTRACT_DIFFERS'
  | 'DENY_PROHIBITED'
  | 'DENY_NO_PERMIT'
  | 'DENY_UNSATISFIABLE_CONTROLS'
  | 'INDETERMINATE'
  | 'INDETERMINATE_D'
  | 'INDETERMINATE_P'
  | 'PENDING_DUTY'
  | 'DENY_DATA_LEVEL'
  | 'DENY_SHAPE'

/** What a party's own policies say to a question. A refusal is an answer, never thrown. */
export type PolicyJudgement =
  | {
      readonly effect: 'permit'
      readonly controls: Controls
      readonly decision: Decision
      /** The digests of the policies whose rules were judged, in byte order. */
      readonly policies: readonly Digest[]
    }
  | {
      readonly effect: 'deny'
      readonly code: PolicyRefusalCode
      readonly policies: readonly Digest[]
    }

/** A request is judged for so long after it was signed, and never before. */
export const REQUEST_AGE_MS = 3_600_000

/**
 * Judges a question by one party's snapshot: the request is fresh, the contract is the very one that the consumer
 * signed for, `decide` permits, the data's grade allows a release, and the shape of the question
 * stays within the controls that came out. The caller reserves `decision.reservations`.
 */
export function judgeQuestion(
  parts: QuestionParts,
  snapshot: Snapshot,
  counters: Counters,
): PolicyJudgement {
  const fault = ageFault(parts) ?? contractFault(parts.request, snapshot)
  if (fault !== undefined) return { effect: 'deny', code: fault, policies: [] }
  const question = policyQuestion(parts)
  const { request, facts, capabilities } = question
  const decision = decide(request, snapshot, facts, counters, capabilities)
  const policies = policiesOf(decision)
  if (decision.decision === 'deny') return { effect: 'deny', code: wireCode(decision), policies }
  const floors = levelControls(question.dataLevel)
  if (floors === undefined) return { effect: 'deny', code: 'DENY_DATA_LEVEL', policies }
  const controls = outputControls(decision, floors)
  const code = controlsFault(parts, question, decision, controls)
  if (code !== undefined) return { effect: 'deny', code, policies }
  return { effect: 'permit', controls, decision, policies }
}

function ageFault({ request, now }: QuestionParts): 'REQUEST_STALE' | undefined {
  const age = now - Date.parse(request.issuedAt)
  return age >= -CLOCK_SKEW_MS && age <= REQUEST_AGE_MS ? undefined : 'REQUEST_STALE'
}

function contractFault(
  { contract }: QueryRequest,
  { policies }: Snapshot,
): 'CONTRACT_UNKNOWN' | 'CONTRACT_DIFFERS' | undefined {
  const known = policies.get(contract.id)?.policy
  if (known?.layer !== 'contract') return 'CONTRACT_UNKNOWN'
  return known.digest === contract.digest ? undefined : 'CONTRACT_DIFFERS'
}

// Levels that demand a mode which P1 does not have (differential privacy) are refused here too.
function controlsFault(
  { request, plan }: QuestionParts,
  { capabilities }: PolicyQuestion,
  decision: Decision,
  controls: Controls,
): 'DENY_SHAPE' | 'DENY_UNSATISFIABLE_CONTROLS' | undefined {
  const { maxRows, maxOutputBytes } = outputLimits(decision)
  const fits =
    plan.groups <= Math.min(controls.maxGroups, maxRows) &&
    plan.groupBy.length + request.query.where.length <= controls.maxAttributes &&
    request.query.measures.length <= controls.maxMeasures &&
    releasedTableBytes(plan) <= maxOutputBytes
  if (!fits) return 'DENY_SHAPE'
  const keeps = controls.mode <= PARTITION && decision.controlSet.honoured(capabilities)
  return keeps ? undefined : 'DENY_UNSATISFIABLE_CONTROLS'
}

const PARTITION = MODES.indexOf('partition')

function outputLimits({ controlSet }: Decision) {
  const most = (name: string) =>
    controlSet.bounds.find(({ operand }) => operand.name === name)?.max ?? Number.POSITIVE_INFINITY
  return { maxRows: most('bt:maxRows'), maxOutputBytes: most('bt:maxOutputBytes') }
}

function policiesOf({ trace }: Decision): Digest[] {
  return [...new Set(trace.map(({ rule }) => rule.owner.policy.digest))].sort()
}

// The braces of INDETERMINATE{D} are no part of a problem code.
function wireCode({ code }: Decision): PolicyRefusalCode {
  if (code === 'INDETERMINATE{D}') return 'INDETERMINATE_D'
  if (code === 'INDETERMINATE{P}') return 'INDETERMINATE_P'
  return code === 'PERMIT' ? 'INDETERMINATE' : code
}
