import { createHash } from 'node:crypto'
import { openLog } from '#runtime/log'
import type { Random } from '#runtime/random'

/** A clock that stands still until it is told to move. */
export function fakeClock(start = 1_700_000_000_000) {
  let time = start
  return { now: () => time, advance: (ms: number) => (time += ms) }
}

/** Repeatable bytes: SHA-256 of a seed and a counter. Never for anything outside of a test. */
export function seededRandom(seed: string): Random {
  let counter = 0
  return (bytes) => {
    const out = new Uint8Array(bytes)
    for (let filled = 0; filled < bytes; filled += 32) {
      const block = createHash('sha256').update(`${seed} ${counter++}`).digest()
      out.set(block.subarray(0, bytes - filled), filled)
    }
    return out
  }
}

/** A log whose lines can be read back. */
export function capturedLog(clock = fakeClock()) {
  const lines: string[] = []
  const destination = { write: (line: string) => void lines.push(line) }
  return { lines, log: openLog({ party: 'test', clock, destination }) }
}
