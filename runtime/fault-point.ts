import { channel } from 'node:diagnostics_channel'

/**
 * The places between "intent written" and "confirmed" where a process may die and everything must
 * still come out once and only once. Crash tests kill a process at each of them, so add a name
 * together with its test.
 */
export const FAULT_POINTS = [
  'task-leased',
  'task-completing',
  'migration-applied',
  'keys.announced.before-store',
  'keys.announced.after-store',
  'watermark.before-store',
  'watermark.after-store',
  'evidence.batch.before-store',
  'evidence.batch.after-store',
  'evidence.guard.after-store',
  'authority.directory.before-store',
  'authority.directory.after-store',
  'task.answer.before-send',
  'task.answer.after-send',
  'task.refusal.before-send',
  'task.refusal.after-send',
  'release.session.before-store',
  'release.session.after-store',
  'release.session.before-send',
  'release.session.after-send',
  'release.confirmation.before-store',
  'release.confirmation.after-store',
  'release.outcome.before-store',
  'release.outcome.after-store',
  'release.outcome.before-send',
  'release.outcome.after-send',
  'release.void.before-store',
  'release.void.after-store',
  'connector.standing.before-store',
  'connector.standing.after-store',
  'connector.reservation.before-store',
  'connector.reservation.after-store',
  'connector.refusal.before-store',
  'connector.refusal.after-store',
  'connector.submission.before-store',
  'connector.submission.after-store',
  'connector.submission.before-send',
  'connector.submission.after-send',
  'connector.void.before-store',
  'connector.void.after-store',
  'gateway.policies.before-store',
  'gateway.policies.after-store',
  'gateway.received.before-store',
  'gateway.received.after-store',
  'gateway.leased.before-store',
  'gateway.leased.after-store',
  'gateway.opened.before-store',
  'gateway.opened.after-store',
  'gateway.advertised.before-store',
  'gateway.advertised.after-store',
  'gateway.confirmed.before-store',
  'gateway.confirmed.after-store',
  'gateway.consumer-confirmed.before-store',
  'gateway.consumer-confirmed.after-store',
  'gateway.submitted.before-store',
  'gateway.submitted.after-store',
  'gateway.released.before-store',
  'gateway.released.after-store',
  'gateway.voided.before-store',
  'gateway.voided.after-store',
  'gateway.noted.before-store',
  'gateway.noted.after-store',
  'gateway.refused.before-store',
  'gateway.refused.after-store',
  'gateway.expired.before-store',
  'gateway.expired.after-store',
  'gateway.blob.before-store',
  'gateway.blob.after-store',
  'gateway.delivered.before-store',
  'gateway.delivered.after-store',
  'gateway.acknowledged.before-store',
  'gateway.acknowledged.after-store',
  'gateway.cosignature.before-store',
  'gateway.cosignature.after-store',
  'witness.cosigned.before-store',
  'witness.cosigned.after-store',
  'witness.cosignature.before-send',
  'witness.cosignature.after-send',
] as const

export type FaultPoint = (typeof FAULT_POINTS)[number]

/** Crash tests subscribe to this channel of `node:diagnostics_channel`; messages are the names. */
export const FAULT_CHANNEL = 'baotu:fault-point'

const faults = channel(FAULT_CHANNEL)

/** Marks such a place. Costs one check; no flag, setting or environment changes what it does. */
export function faultPoint(name: FaultPoint): void {
  if (faults.hasSubscribers) faults.publish(name)
}
