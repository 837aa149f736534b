import type { BenchmarkResult } from '../result.ts'

/** Whether a figure reaches its target; `undefined` where it has none. */
export function verdictOf({ target, value, ratio }: BenchmarkResult): 'pass' | 'miss' | undefined {
  if (target === undefined) return undefined
  const [limit, reached] = 'ratio' in target ? [target.ratio, ratio] : [target.value, value]
  if (reached === undefined || !Number.isFinite(reached)) return 'miss'
  const isReached = target.direction === 'at-most' ? reached <= limit : reached >= limit
  return isReached ? 'pass' : 'miss'
}
