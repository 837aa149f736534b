export const CRASH_ORIGIN = 'gateway.example/crash'
export const CRASH_SPACE = 'urn:crash'

/** What a process was told is durable. */
export interface Acknowledged {
  readonly index: number
  readonly leafHash: string
  readonly checkpoint: string
  /** Of an entry that was written with a business event. */
  readonly ticket?: string
}
