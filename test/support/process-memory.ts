import { closeSync, openSync, readFileSync, readSync } from 'node:fs'
import { type CanaryForm, findCanaries } from './canary.ts'

const PAGE = 4096
const MAX_RUN = 1024
const ENTRY = 8

/**
 * Names the canaries in the writable memory of a running process, read through /proc: what a core
 * image of it would hold, heap, buffers and WebAssembly alike. `undefined` where this system does
 * not let one process read another (no /proc, or no permission).
 */
export function findInMemory(pid: number, forms: readonly CanaryForm[]): string[] | undefined {
  const overlap = Math.max(...forms.map(({ bytes }) => bytes.length))
  const found = new Set<string>()
  try {
    using memory = openForReading(`/proc/${pid}/mem`)
    using pagemap = openForReading(`/proc/${pid}/pagemap`)
    for (const region of writableRegions(pid)) {
      for (const { from, to } of residentRuns(pagemap.fd, region)) {
        const chunk = readAt(memory.fd, from, to + overlap - from)
        for (const name of findCanaries(chunk, forms)) found.add(name)
      }
    }
  } catch {
    return undefined
  }
  return [...found].toSorted()
}

interface Region {
  readonly from: number
  readonly to: number
}

function writableRegions(pid: number): Region[] {
  const lines = readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')
  return lines.flatMap((line) => {
    const match = /^([0-9a-f]+)-([0-9a-f]+) rw.. \S+ \S+ \S+ *(.*)$/.exec(line)
    const [, from = '', to = '', name = ''] = match ?? []
    if (match === null || name.startsWith('[v')) return []
    return [{ from: Number.parseInt(from, 16), to: Number.parseInt(to, 16) }]
  })
}

// V8 and WebAssembly reserve gigabytes that nothing was ever written to: only pages that are in
// memory or swapped out are read (bits 63 and 62 of the page map), 4 MiB at a time.
function residentRuns(pagemap: number, { from, to }: Region): Region[] {
  const map = readAt(pagemap, (from / PAGE) * ENTRY, ((to - from) / PAGE) * ENTRY)
  const runs: { from: number; to: number }[] = []
  for (let page = 0; page * ENTRY < map.length; page += 1) {
    if ((map[page * ENTRY + 7] ?? 0) < 0x40) continue
    const at = from + page * PAGE
    const last = runs.at(-1)
    if (last?.to === at && at - last.from < MAX_RUN * PAGE) last.to = at + PAGE
    else runs.push({ from: at, to: at + PAGE })
  }
  return runs
}

// A region may be unmapped between the list and the read; then there is nothing in it.
function readAt(fd: number, at: number, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  try {
    return bytes.subarray(0, readSync(fd, bytes, 0, length, at))
  } catch {
    return bytes.subarray(0, 0)
  }
}

function openForReading(path: string): Disposable & { readonly fd: number } {
  const fd = openSync(path, 'r')
  return { fd, [Symbol.dispose]: () => closeSync(fd) }
}
