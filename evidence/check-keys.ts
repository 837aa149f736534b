/** Rotated keys: a key that was replaced never comes back. */
import { type Defect, disagrees } from './defect.ts'
import type { EntryIndex } from './entry-index.ts'
import type { Finding } from './finding.ts'

/**
 * In each log, every key that returns after it was replaced: an old key file was put back, so that
 * whoever had stolen the old key could use it again.
 */
export function checkKeys(entries: EntryIndex): Finding[] {
  return [...keyDefects(entries)].map(({ code, at, detail }) => {
    return { code, log: at.log, index: at.index, detail }
  })
}

function* keyDefects(entries: EntryIndex): Generator<Defect> {
  const replaced = new Set<string>()
  for (const record of entries.all('key.rotated')) {
    const { previous, next } = record.entry
    replaced.add(`${record.log} ${previous}`)
    if (replaced.has(`${record.log} ${next}`)) {
      yield disagrees(record, 'a key that was replaced is used again')
    }
  }
}
