import { DISCLOSABLE_DAYS } from '#evidence/opening-store'

/**
 * How long each stage of an attempt may take, in ms, before the attempt is given up, how often a
 * request may be tried, how long blobs stay after an attempt's end, and how long what stands behind
 * the log's digests can be disclosed.
 */
export interface Timing {
  readonly openingMs: number
  readonly advertisingMs: number
  readonly confirmingMs: number
  readonly computingMs: number
  readonly releasingMs: number
  /** For the release authority to sign a void; then the attempt ends without its signature. */
  readonly voidingMs: number
  /** A task is handed out again when its holder of the lease was silent for so long. */
  readonly leaseMs: number
  readonly attempts: number
  readonly retentionMs: number
  readonly disclosableMs: number
}

const DAY_MS = 86_400_000

export const DEFAULT_TIMING: Timing = {
  openingMs: 60_000,
  advertisingMs: 60_000,
  confirmingMs: 120_000,
  computingMs: 300_000,
  releasingMs: 120_000,
  voidingMs: 120_000,
  leaseMs: 60_000,
  attempts: 10,
  retentionMs: 7 * DAY_MS,
  disclosableMs: DISCLOSABLE_DAYS * DAY_MS,
}

/** The longest that an attempt can last: what its invitation is good for. */
export function attemptMs(timing: Timing): number {
  const { openingMs, advertisingMs, confirmingMs, computingMs, releasingMs } = timing
  return openingMs + advertisingMs + confirmingMs + computingMs + releasingMs
}

/** Whole seconds as a configuration names them; what is absent keeps its default. */
export type TimingSeconds = Partial<
  Record<
    | ('opening' | 'advertising' | 'confirming' | 'computing' | 'releasing')
    | ('voiding' | 'lease' | 'retention'),
    number | undefined
  >
>

/** The timing that a configuration says. */
export function timingOf(
  seconds: TimingSeconds,
  attempts = DEFAULT_TIMING.attempts,
  disclosableDays = DISCLOSABLE_DAYS,
): Timing {
  const ms = (name: keyof TimingSeconds) => {
    const stated = seconds[name]
    return stated === undefined ? DEFAULT_TIMING[`${name}Ms`] : stated * 1000
  }
  return {
    openingMs: ms('opening'),
    advertisingMs: ms('advertising'),
    confirmingMs: ms('confirming'),
    computingMs: ms('computing'),
    releasingMs: ms('releasing'),
    voidingMs: ms('voiding'),
    leaseMs: ms('lease'),
    attempts,
    retentionMs: ms('retention'),
    disclosableMs: disclosableDays * DAY_MS,
  }
}
