import type { Transaction } from 'kysely'
import type { QueryStage } from '#protocol/messages/query-state'
import type { VoidReason } from '#protocol/messages/session'
import type { TaskKind } from '#protocol/messages/tasks'
import type { EndCode } from '../gateway-error.ts'

/** See migrations/ for what each table means and when its rows go. */
export interface QueryTable {
  space_id: string
  /** Digest of the request. */
  request: string
  consumer: string
  deliver_to: string
  /** The signed request; null when the term is over for which it can be disclosed. */
  jws: string | null
  /** Digest of the plan; null for a refused request. */
  plan: string | null
  refusal: string | null
  /** The log's ticket of the decision. */
  ticket: string
  decided_at: Date
}

export interface AttemptTable {
  space_id: string
  /** Digest of the invitation: names the attempt everywhere. */
  invitation: string
  request: string
  attempt: number
  stage: Exclude<QueryStage, 'refused'>
  code: EndCode | null
  /** Set from the moment a void is asked for until K signs one. */
  void_reason: VoidReason | null
  ticket: string
  invitation_jws: string
  session_jws: string | null
  sid: string | null
  public_key: string | null
  transcript: string | null
  /** Digest of the directory that the transcript names. */
  directory: string | null
  release_confirmation: string | null
  consumer_confirmation: string | null
  release_jws: string | null
  result: string | null
  audit: string | null
  void_jws: string | null
  acknowledgement: string | null
  /** Exact lengths that the plan gives to the sealed table and the audit copy. */
  result_bytes: number
  audit_bytes: number
  deadline_at: Date | null
  delivered_at: Date | null
  ended_at: Date | null
  updated_at: Date
}

export interface HolderTable {
  space_id: string
  invitation: string
  holder: string
  /** In the order of `holdersOf(plan)`. */
  position: number
  ciphertexts: number
  advert: string | null
  seed: string | null
  submission: string | null
  /** The digests of the submitted ciphertexts, in the order of the submission. */
  inputs: string[] | null
}

export interface BlobTable {
  space_id: string
  invitation: string
  digest: string
  owner: string
  kind: BlobKind
  bytes: Uint8Array
  stored_at: Date
}

export type BlobKind = 'public-key' | 'ciphertext' | 'sealed'

export interface CounterTable {
  space_id: string
  key: string
  used: bigint
}

export interface ReservationTable {
  space_id: string
  key: string
  request: string
  amount: bigint
  reserved_at: Date
}

export interface LeasedTaskTable {
  space_id: string
  task: string
  recipient: string
  kind: TaskKind
  invitation: string
  /** Digest of what settled it. */
  answer: string | null
}

export interface GatewayDatabase {
  query: QueryTable
  query_attempt: AttemptTable
  query_holder: HolderTable
  session_blob: BlobTable
  budget_counter: CounterTable
  budget_reservation: ReservationTable
  leased_task: LeasedTaskTable
}

export type GatewayTransaction = Transaction<GatewayDatabase>
