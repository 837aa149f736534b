import { randomFillSync } from 'node:crypto'

/** Source of unpredictable bytes. Injected everywhere, so that vectors replay. */
export type Random = (bytes: number) => Uint8Array

/** The operating system's generator; the only one production code is given. */
export const systemRandom: Random = (bytes) => randomFillSync(new Uint8Array(bytes))
