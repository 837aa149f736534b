import type { Problem } from '#runtime/problem'

/** Refusals of the gateway's own. Public: listed in docs/errors.md, never renamed. */
export type GatewayErrorCode =
  | 'QUERY_UNKNOWN'
  | 'QUERY_STAGE'
  | 'ATTEMPTS_EXHAUSTED'
  | 'CHAIN_BROKEN'
  | 'DENY_LIMIT'
  | 'TASK_UNKNOWN'
  | 'TASK_SETTLED'
  | 'SESSION_CLOSED'
  | 'BLOB_UNKNOWN'
  | 'BLOB_DIGEST'
  | 'BLOB_SIZE'
  | 'BLOB_LIMIT'
  | 'BLOB_MISSING'
  | 'INPUT_REFUSED'
  | 'EVIDENCE_UNAVAILABLE'
  | 'POLICY_FILE_REFUSED'

/** A refusal with its code; messages name ids, sizes and codes only. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError'
  readonly code: GatewayErrorCode
  /** What exactly is missing or wrong, for the caller to mend. */
  readonly places: NonNullable<Problem['places']> | undefined

  constructor(
    code: GatewayErrorCode,
    message: string,
    more: { readonly places?: NonNullable<Problem['places']>; readonly cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? {} : { cause: more.cause })
    this.code = code
    this.places = more.places
  }
}

/** Why an attempt ended without a release, as its consumer is told. Public like the others. */
export type EndCode =
  | 'HOLDER_REFUSED'
  | 'HOLDER_UNAVAILABLE'
  | 'CONSUMER_UNAVAILABLE'
  | 'RELEASE_REFUSED'
  | 'RELEASE_UNAVAILABLE'
  | 'INPUTS_REJECTED'
  | 'SESSION_LOST'
  | 'SESSION_EXPIRED'
