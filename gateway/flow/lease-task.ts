import type { Principal } from '#protocol/access-token'
import type { LeasedTask } from '#protocol/messages/tasks'
import { faultPoint } from '#runtime/fault-point'
import type { GatewayDesk } from '../gateway-desk.ts'
import type { HandedTask } from '../tasks.ts'
import { isWanted } from './transition.ts'

/**
 * Hands a party its next task, or nothing after `waitMs`. Tasks whose stage is over are dropped
 * unseen. Who holds what is noted before the task leaves, so that nobody answers another's.
 */
export async function leaseTask(
  desk: GatewayDesk,
  { did }: Principal,
  { waitMs, signal }: { readonly waitMs: number; readonly signal: AbortSignal },
): Promise<LeasedTask | undefined> {
  const { leaseMs } = desk.timing
  const until = desk.clock.now() + waitMs
  for (let rest = waitMs; ; rest = Math.max(0, until - desk.clock.now())) {
    const task = await desk.tasks.lease(did, { waitMs: rest, leaseMs, signal })
    if (task === undefined) return undefined
    await noteLease(desk, did, task)
    if (await isStillWanted(desk, task)) return wireForm(task)
    await dropTask(desk, task)
  }
}

async function noteLease(desk: GatewayDesk, recipient: string, task: HandedTask): Promise<void> {
  faultPoint('gateway.leased.before-store')
  const { kind, invitation } = task
  await desk.leased.note({ task: task.task, recipient, kind, invitation })
  faultPoint('gateway.leased.after-store')
}

async function isStillWanted(desk: GatewayDesk, { kind, invitation }: HandedTask) {
  const attempt = await desk.queries.attempt(invitation)
  return attempt !== undefined && isWanted(kind, attempt)
}

async function dropTask(desk: GatewayDesk, { task, fence }: HandedTask): Promise<void> {
  await desk.transaction(async (tx) => {
    await desk.tasks.complete(tx, task, fence)
    await desk.leased.settle(tx, task, 'dropped')
  })
}

function wireForm({ task, fence, kind, invitation, body }: HandedTask): LeasedTask {
  return { task, fence: `${fence}`, kind, invitation, body }
}
