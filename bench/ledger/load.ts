import { setTimeout as delay } from 'node:timers/promises'

/** How work arrives: so many that each wait for their own last one, or evenly so many a second. */
export type Load = { readonly atOnce: number } | { readonly perSecond: number }

/** Does some work `count` times as it arrives; `work` says how long it took. */
export async function underLoad(
  load: Load,
  count: number,
  work: () => Promise<number>,
): Promise<number[]> {
  return 'atOnce' in load ? oneAfterAnother(load.atOnce, count, work) : evenly(load, count, work)
}

async function oneAfterAnother(atOnce: number, count: number, work: () => Promise<number>) {
  const times: number[] = []
  let left = count
  const client = async () => {
    while (left > 0) {
      left -= 1
      times.push(await work())
    }
  }
  await Promise.all(Array.from({ length: atOnce }, client))
  return times
}

// Whether the last ones were answered or not.
async function evenly(
  { perSecond }: { readonly perSecond: number },
  count: number,
  work: () => Promise<number>,
) {
  const pending: Promise<number>[] = []
  const start = performance.now()
  while (pending.length < count) {
    const due = Math.min(count, ((performance.now() - start) * perSecond) / 1000)
    while (pending.length < due) pending.push(work())
    await delay(1)
  }
  return Promise.all(pending)
}
