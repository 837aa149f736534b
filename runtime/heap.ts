import { setFlagsFromString } from 'node:v8'

/**
 * Lets the heap of a server grow to four times what lives in it before V8 marks all of it, instead
 * of a little more than that. A party keeps some 35 MB and makes garbage at its rate of requests:
 * without room V8 marks those 35 MB again every second or two, and whoever is answered meanwhile
 * waits. `--max-old-space-size` still bounds the whole. Works at any time; see decision 0014.
 */
export function giveHeapRoom(): void {
  setFlagsFromString('--heap-growing-percent=300')
}

/** V8's own judgement again, for whoever compares. */
export function takeHeapRoom(): void {
  setFlagsFromString('--heap-growing-percent=0')
}
