import type { Principal } from '#protocol/access-token'
import type { TaskKind } from '#protocol/messages/tasks'
import { faultPoint } from '#runtime/fault-point'
import type { GatewayDesk } from '../gateway-desk.ts'
import type { Attempt, Query } from '../store/query-store.ts'
import type { GatewayTransaction } from '../store/schema.ts'
import { ownTask, refuseSettled } from './answer-task.ts'
import { askRelease } from './holder-submitted.ts'
import { beginVoid, endVoid } from './session-voided.ts'

/** What a party sends to say no: a problem code, never a reason that depends on data. */
export interface TaskRefusal {
  readonly task: string
  readonly fence: bigint
  readonly code: string
}

/**
 * Takes a party's refusal: the attempt is given up and the release authority asked for a void. The
 * consumer learns that a holder refused, and not which one or why. What a void
 * needs is asked for again after a while.
 */
export async function refuseTask(
  desk: GatewayDesk,
  principal: Principal,
  { task, fence, code }: TaskRefusal,
): Promise<void> {
  const { kind, invitation, ...leased } = await ownTask(desk, principal, task)
  refuseSettled({ kind, invitation, ...leased })
  if (isAskedAgain(kind, code)) return askLater(desk, { task, fence, code })
  faultPoint('gateway.refused.before-store')
  await desk.transaction(async (tx) => {
    const attempt = await desk.queries.locked(tx, invitation)
    const query = attempt && (await desk.queries.find(attempt.request, tx))
    await desk.leased.settle(tx, task, 'refused')
    await desk.tasks.complete(tx, task, fence)
    if (query === undefined || attempt === undefined || isOver(attempt)) return
    await giveUp(desk, tx, { query, attempt }, { kind, code })
    await desk.signals.changed(tx, attempt.request)
  })
  faultPoint('gateway.refused.after-store')
  desk.log.info({ taskId: task, kind, code }, 'task refused')
}

const ASK_LATER_MS = 5000

// Budgets hang on both: a notice that a holder could not take, a void that could not be signed.
function isAskedAgain(kind: TaskKind, code: string): boolean {
  if (kind === 'note-void') return true
  return kind === 'void-session' && code !== 'SESSION_ENDED' && code !== 'SESSION_LOST'
}

async function askLater(desk: GatewayDesk, { task, fence, code }: TaskRefusal): Promise<void> {
  const failure = { code, retryAfterMs: ASK_LATER_MS }
  await desk.transaction((tx) => desk.tasks.retry(tx, task, fence, failure))
}

function isOver({ stage }: Attempt): boolean {
  return stage === 'released' || stage === 'acknowledged' || stage === 'void'
}

interface Subject {
  readonly query: Query
  readonly attempt: Attempt
}

async function giveUp(
  desk: GatewayDesk,
  tx: GatewayTransaction,
  subject: Subject,
  { kind, code }: { readonly kind: TaskKind; readonly code: string },
): Promise<void> {
  if (kind === 'void-session') return voidRefused(desk, tx, subject, code)
  const end =
    kind === 'advertise' || kind === 'submit'
      ? ({ reason: 'HOLDER_UNAVAILABLE', code: 'HOLDER_REFUSED' } as const)
      : ({ reason: 'SESSION_LOST', code: 'RELEASE_REFUSED' } as const)
  await beginVoid(desk, tx, subject, end)
}

// What was released is never voided, so the release is asked for once more; a session that the
// authority no longer knows ends without its signature, and holders count what they submitted.
async function voidRefused(
  desk: GatewayDesk,
  tx: GatewayTransaction,
  { query, attempt }: Subject,
  code: string,
): Promise<void> {
  if (code === 'SESSION_ENDED' && attempt.stage === 'releasing') {
    await askRelease(desk, tx, query, attempt, 2)
  } else {
    await endVoid(desk, tx, attempt, { code: 'SESSION_LOST' })
  }
}
