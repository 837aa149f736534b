import type { ENTRY_FIELDS, EntryType } from './entry-fields.ts'

interface Values {
  digest: string
  salted: string
  tag: string
  did: string
  code: string
  count: number
  time: number
  digests: readonly string[]
  dids: readonly string[]
}

type Table = typeof ENTRY_FIELDS
type ValueOf<K> = K extends keyof Values ? Values[K] : never
type Needed<F> = { readonly [N in keyof F as F[N] extends `${string}?` ? never : N]: ValueOf<F[N]> }
type Optional<F> = {
  readonly [N in keyof F as F[N] extends `${string}?` ? N : never]?: F[N] extends `${infer K}?`
    ? ValueOf<K>
    : never
}

/** What a party says when a step was taken; the log adds the version and the time. */
export type EntryDraft<T extends EntryType = EntryType> = {
  [N in T]: { readonly type: N; readonly actor: string } & Needed<Table[N]> & Optional<Table[N]>
}[T]

/** One record of the log (存证). `actor` is the DID of who took the step, `at` ms since the epoch. */
export type Entry<T extends EntryType = EntryType> = EntryDraft<T> & {
  readonly v: 1
  readonly at: number
}
