import { readFileSync } from 'node:fs'
import type { CanaryForm } from './canary.ts'

// Where a serialised key has words of its polynomial, and how many bytes of each place.
const PLACES = [1000, 20_000, 60_000]
const BYTES = 64

/** Parts of a key as they may lie in a file or a memory without being found by a search for it. */
export function disguised(key: Uint8Array): Uint8Array {
  const parts = Buffer.alloc(PLACES.length * BYTES)
  for (const [index, at] of PLACES.entries()) {
    for (let byte = 0; byte < BYTES; byte += 1) {
      parts[index * BYTES + byte] = (key[at + byte] ?? 0) ^ DISGUISE
    }
  }
  return parts
}

const DISGUISE = 0xa5

/** The parts of every key that was ever made, the newest last, as raw bytes, hex and base64. */
export function keyParts(file: string): CanaryForm[][] {
  const parts = readFileSync(file).map((byte) => byte ^ DISGUISE)
  const size = PLACES.length * BYTES
  return Array.from({ length: parts.length / size }, (_, key) =>
    PLACES.flatMap((at, place) => {
      const from = key * size + place * BYTES
      const bytes = Buffer.from(parts.subarray(from, from + BYTES))
      const name = `key ${key} at ${at}`
      return [
        { name, bytes },
        { name: `${name} in hex`, bytes: Buffer.from(bytes.toString('hex')) },
        // The middle of base64 at each alignment.
        ...[0, 1, 2].map((skip) => {
          const text = bytes.subarray(skip, skip + 60).toString('base64')
          return { name: `${name} in base64`, bytes: Buffer.from(text) }
        }),
      ]
    }),
  )
}
