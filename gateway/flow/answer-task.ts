import { type Digest, digestOf } from '#crypto/digest'
import type { Principal } from '#protocol/access-token'
import { parseMessage } from '#protocol/messages/parse'
import { TASKS } from '#protocol/messages/tasks'
import { faultPoint } from '#runtime/fault-point'
import type { GatewayDesk } from '../gateway-desk.ts'
import { GatewayError } from '../gateway-error.ts'
import type { LeasedTaskRow } from '../store/task-store.ts'
import { holderAdvertised } from './holder-advertised.ts'
import { holderSubmitted } from './holder-submitted.ts'
import { sessionConfirmed } from './session-confirmed.ts'
import { sessionOpened } from './session-opened.ts'
import { sessionReleased } from './session-released.ts'
import { sessionVoided } from './session-voided.ts'
import { type Answered, counts, type Transition } from './transition.ts'

/** What a party sends to end a task; `fence` as it was leased. */
export interface TaskReply {
  readonly task: string
  readonly fence: bigint
  readonly answer: unknown
}

/**
 * Takes a party's answer: it is verified before anything is written, then written together with
 * its evidence, the next tasks and the end of this one. A stale fence, a second answer and an
 * answer to a stage that is over change nothing and refuse; the same answer again is accepted.
 */
export async function answerTask(
  desk: GatewayDesk,
  principal: Principal,
  { task, fence, answer }: TaskReply,
): Promise<void> {
  const leased = await ownTask(desk, principal, task)
  const digest = answerDigest(leased, answer)
  if (leased.answer === digest) return
  refuseSettled(leased)
  const transition = await transitionOf(desk, leased, answer)
  const { name } = transition
  faultPoint(`gateway.${name}.before-store`)
  const isCounted = await desk.transaction(async (tx) => {
    const attempt = await desk.queries.locked(tx, leased.invitation)
    const isTimely = attempt !== undefined && counts(transition, attempt)
    if (isTimely) {
      await transition.apply(tx, attempt)
      await desk.signals.changed(tx, attempt.request)
    }
    await desk.leased.settle(tx, task, isTimely ? digest : 'late')
    await desk.tasks.complete(tx, task, fence)
    return isTimely
  })
  faultPoint(`gateway.${name}.after-store`)
  const outcome = isCounted ? name : 'late'
  desk.log.info({ taskId: task, kind: leased.kind, outcome }, 'task answered')
  if (!isCounted) throw new GatewayError('SESSION_CLOSED', `task ${task}: its stage is over`)
}

/** The task as it was handed to this caller. Throws `TASK_UNKNOWN` for any other's. */
export async function ownTask(
  { leased }: GatewayDesk,
  { did }: Principal,
  task: string,
): Promise<LeasedTaskRow> {
  const row = await leased.find(task)
  if (row?.recipient === did) return row
  throw new GatewayError('TASK_UNKNOWN', 'no such task was handed to this caller')
}

/** Throws when a task has been ended before, by an answer or otherwise. */
export function refuseSettled({ task, answer }: LeasedTaskRow): void {
  if (answer === null) return
  throw new GatewayError('TASK_SETTLED', `task ${task} has ended before`)
}

function answerDigest({ kind }: LeasedTaskRow, answer: unknown): Digest {
  const checked: unknown = parseMessage(TASKS[kind].answer, answer)
  return digestOf('baotu/task-answer', JSON.parse(JSON.stringify(checked)))
}

async function transitionOf(
  desk: GatewayDesk,
  { kind, invitation, recipient }: LeasedTaskRow,
  answer: unknown,
): Promise<Transition> {
  const attempt = await desk.queries.attempt(invitation)
  const query = attempt && (await desk.queries.find(attempt.request))
  if (attempt === undefined || query === undefined) {
    throw new GatewayError('TASK_UNKNOWN', 'the attempt of this task is gone')
  }
  return verify(desk, kind, { query, attempt, recipient }, answer)
}

function verify(
  desk: GatewayDesk,
  kind: LeasedTaskRow['kind'],
  answered: Answered,
  answer: unknown,
): Promise<Transition> | Transition {
  switch (kind) {
    case 'open-session':
      return sessionOpened(desk, answered, parseMessage(TASKS[kind].answer, answer))
    case 'advertise':
      return holderAdvertised(desk, answered, parseMessage(TASKS[kind].answer, answer))
    case 'confirm-session':
      return sessionConfirmed(desk, answered, parseMessage(TASKS[kind].answer, answer))
    case 'submit':
      return holderSubmitted(desk, answered, parseMessage(TASKS[kind].answer, answer))
    case 'release':
      return sessionReleased(desk, answered, parseMessage(TASKS[kind].answer, answer))
    case 'void-session':
      return sessionVoided(desk, answered, parseMessage(TASKS[kind].answer, answer))
    case 'note-void':
      return NOTED
  }
}

// The holder took note; nothing follows from it here.
const NOTED: Transition = {
  name: 'noted',
  stages: ['void'],
  whileVoiding: true,
  apply: async () => undefined,
}
