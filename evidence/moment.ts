const BEIJING_MS = 8 * 3_600_000

/** A time in Beijing (UTC+8), to the second: `2026-11-30 16:53:09`. */
export function moment(at: number): string {
  return new Date(at + BEIJING_MS).toISOString().slice(0, 19).replace('T', ' ')
}

/** Its day: `2026-11-30`. */
export function day(at: number): string {
  return moment(at).slice(0, 10)
}
