/**
 * The one view of time that everything is handed. Nothing below a process's entry file calls
 * `Date.now` itself, so a test moves time by handing over another clock.
 */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z, never in seconds. May step back with the host. */
  now(): number
}

/** The host's wall clock. Named only by entry files. */
export const systemClock: Clock = Object.freeze({ now: () => Date.now() })
