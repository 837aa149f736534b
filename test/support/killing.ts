import type { FaultPoint } from '#runtime/fault-point'

/** Node's arguments that make a child die at the nth time it reaches a fault point. */
export function killingAt(point: FaultPoint, nth = 1): string[] {
  const url = new URL('./kill-at.ts', import.meta.url)
  url.search = new URLSearchParams({ point, nth: String(nth) }).toString()
  return ['--import', url.href]
}
