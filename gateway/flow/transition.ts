import type { TaskKind } from '#protocol/messages/tasks'
import type { Attempt, Query } from '../store/query-store.ts'
import type { AttemptTable, GatewayTransaction } from '../store/schema.ts'

export type Stage = AttemptTable['stage']

/** A verified answer that waits for its place: what it does, and in which stages it counts. */
export interface Transition {
  readonly name: TransitionName
  readonly stages: readonly Stage[]
  /** Whether it counts while the release authority is being asked for a void. */
  readonly whileVoiding: boolean
  /** Runs with the attempt locked, as it stands then. */
  readonly apply: (tx: GatewayTransaction, attempt: Attempt) => Promise<void>
}

/** The steps that a crash test can stop at. */
export type TransitionName =
  | 'opened'
  | 'advertised'
  | 'confirmed'
  | 'submitted'
  | 'released'
  | 'voided'
  | 'noted'

/** What a party's answer is about. */
export interface Answered {
  readonly query: Query
  readonly attempt: Attempt
  readonly recipient: string
}

/** Whether a transition still counts for an attempt. */
export function counts({ stages, whileVoiding }: Transition, attempt: Attempt): boolean {
  return stages.includes(attempt.stage) && (whileVoiding || attempt.void_reason === null)
}

const STAGE_OF: Readonly<Record<TaskKind, Stage | undefined>> = {
  'open-session': 'opening',
  advertise: 'advertising',
  'confirm-session': 'confirming',
  submit: 'computing',
  release: 'releasing',
  'void-session': undefined,
  'note-void': 'void',
}

/** Whether a task is still worth doing: tasks of a stage that is over are dropped unseen. */
export function isWanted(kind: TaskKind, attempt: Attempt): boolean {
  const { stage, void_reason: reason, void_jws: signed } = attempt
  if (kind === 'void-session') return reason !== null && signed === null && stage !== 'released'
  if (kind === 'note-void' || kind === 'release') return stage === STAGE_OF[kind]
  return stage === STAGE_OF[kind] && reason === null
}
