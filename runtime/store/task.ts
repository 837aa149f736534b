import { createHash } from 'node:crypto'
import type { JsonValue } from '../json-text.ts'
import { dashed } from '../random.ts'

/** Work for another process, written in the transaction that decided on it. */
export interface TaskRequest {
  readonly spaceId: string
  /** DID of who may lease it. */
  readonly recipient: string
  /** What is to be done, lower case: the recipient dispatches on it. */
  readonly kind: string
  readonly sessionId: string
  /** The same work has the same key: the second request is the first one. Kept for 30 days. */
  readonly dedupeKey: string
  /** No U+0000 in strings: PostgreSQL cannot hold it. */
  readonly body: JsonValue
  /** Milliseconds since 1970 after which nobody gets it any more and it is a dead letter. */
  readonly deadlineMs: number
}

export interface LeasedTask {
  readonly taskId: string
  /** Grows strictly from lease to lease; whoever holds an older one has lost the task. */
  readonly fence: bigint
  readonly spaceId: string
  readonly kind: string
  readonly sessionId: string
  readonly body: JsonValue
  readonly deadlineMs: number
  /** 1 for the first lease; more after a lease expired or failed. */
  readonly attempt: number
}

/** A task that nobody will get any more, and why. */
export interface DeadTask {
  readonly taskId: string
  readonly recipient: string
  readonly kind: string
  readonly sessionId: string
  /** DEADLINE_PASSED, LEASE_EXPIRED, or what the recipient gave as its reason. */
  readonly code: string
}

/** What pg-boss stores of a task. A `type`, because it has to be JSON. */
export type StoredTask = Omit<TaskRequest, 'dedupeKey'> & { readonly taskId: string }

/** The id of a task is its key: a UUID (version 8) of SHA-256 over space, recipient and key. */
export function taskIdOf({ spaceId, recipient, dedupeKey }: TaskRequest): string {
  const digest = createHash('sha256').update(JSON.stringify([spaceId, recipient, dedupeKey]))
  const hex = digest.digest('hex').slice(0, 32)
  return dashed(`${hex.slice(0, 12)}8${hex.slice(13, 16)}8${hex.slice(17)}`)
}

/** The pg-boss queue of a recipient; a DID holds characters that its names may not. */
export function queueOf(recipient: string): string {
  return `task/${createHash('sha256').update(recipient).digest('hex').slice(0, 40)}`
}
