import type { Entry } from './entry.ts'
import type { EntryType } from './entry-fields.ts'

/** An entry with the place it stands at. */
export interface Recorded<T extends EntryType = EntryType> {
  readonly log: string
  readonly index: number
  readonly entry: Entry<T>
}

/** Finds the records of several logs by type and by one field; every record once, in log order. */
export class EntryIndex {
  readonly #byType = new Map<EntryType, Recorded[]>()
  readonly #byValue = new Map<string, Recorded[]>()

  add(log: string, index: number, entry: Entry): void {
    const recorded = { log, index, entry }
    push(this.#byType, entry.type, recorded)
    for (const value of valuesOf(entry)) push(this.#byValue, `${entry.type} ${value}`, recorded)
  }

  all<T extends EntryType>(type: T): readonly Recorded<T>[] {
    return (this.#byType.get(type) ?? []).filter((record) => isOf(record, type))
  }

  /** Every record, by log and number. */
  *everything(): Generator<Recorded> {
    for (const records of this.#byType.values()) yield* records
  }

  /** Records of a type that name `value` (a digest or a tag) in any field. */
  naming<T extends EntryType>(type: T, value: string): readonly Recorded<T>[] {
    const records = this.#byValue.get(`${type} ${value}`) ?? []
    return records.filter((record) => isOf(record, type))
  }
}

function isOf<T extends EntryType>(record: Recorded, type: T): record is Recorded & Recorded<T> {
  return record.entry.type === type
}

/** The digests and tags that an entry names, each once. */
export function valuesOf(entry: Entry): Set<string> {
  const values = Object.values(entry).flat()
  return new Set(values.filter((value) => /^(sha256|tag)-/.test(String(value))).map(String))
}

function push<K>(map: Map<K, Recorded[]>, key: K, recorded: Recorded): void {
  const list = map.get(key)
  if (list) list.push(recorded)
  else map.set(key, [recorded])
}
