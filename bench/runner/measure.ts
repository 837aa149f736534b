/** Times of some rounds of the same work, in ms. */
export interface Timing {
  readonly median: number
  readonly fastest: number
  /** Median of the processor time of all threads: what a machine with nothing else to do needs. */
  readonly cpu: number
  readonly rounds: number
}

/** One run of `work`: what it gave, and how long it took in ms. */
export async function timed<T>(
  work: () => T | Promise<T>,
): Promise<{ readonly value: T; readonly ms: number; readonly cpu: number }> {
  const used = process.cpuUsage()
  const start = performance.now()
  const value = await work()
  const ms = performance.now() - start
  const { user, system } = process.cpuUsage(used)
  return { value, ms, cpu: (user + system) / 1000 }
}

/** Runs `work` `rounds` times, each waiting for the one before. */
export async function measure(rounds: number, work: () => unknown): Promise<Timing> {
  const [timing] = await race(rounds, [work])
  if (timing === undefined) throw new Error('nothing was measured')
  return timing
}

/**
 * Runs contenders in turn, one round of each at a time, so that whatever else the machine does
 * falls on all of them. One untimed round of each goes before: compilation is not what is compared.
 */
export async function race(
  rounds: number,
  contenders: readonly (() => unknown)[],
): Promise<readonly Timing[]> {
  const taken = contenders.map((): { ms: number; cpu: number }[] => [])
  for (let round = -1; round < rounds; round += 1) {
    for (const [index, contender] of contenders.entries()) {
      const { ms, cpu } = await timed(contender)
      if (round >= 0) taken[index]?.push({ ms, cpu })
    }
  }
  return taken.map((all) => {
    const times = all.map(({ ms }) => ms)
    const cpu = median(all.map((one) => one.cpu))
    return { median: median(times), fastest: Math.min(...times), cpu, rounds }
  })
}

/** The middle value; of an even number of them the mean of the middle two. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.slice(
    Math.floor((sorted.length - 1) / 2),
    Math.floor(sorted.length / 2) + 1,
  )
  return middle.reduce((sum, value) => sum + value, 0) / middle.length
}
