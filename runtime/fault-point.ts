import { channel } from 'node:diagnostics_channel'

/**
 * The places between "intent written" and "confirmed" where a process may die and everything must
 * still come out once and only once. Crash tests kill a process at each of them, so add a name
 * together with its test.
 */
export const FAULT_POINTS = ['task-leased', 'task-completing', 'migration-applied'] as const

export type FaultPoint = (typeof FAULT_POINTS)[number]

/** Crash tests subscribe to this channel of `node:diagnostics_channel`; messages are the names. */
export const FAULT_CHANNEL = 'baotu:fault-point'

const faults = channel(FAULT_CHANNEL)

/** Marks such a place. Costs one check; no flag, setting or environment changes what it does. */
export function faultPoint(name: FaultPoint): void {
  if (faults.hasSubscribers) faults.publish(name)
}
