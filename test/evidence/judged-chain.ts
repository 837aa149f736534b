import { STRICT_RULES } from '#evidence/chain-rules'
import { checkChain } from '#evidence/check-chain'
import type { EntryDraft } from '#evidence/entry'
import type { EntryType } from '#evidence/entry-fields'
import { parseEntry } from '#evidence/entry-form'
import { EntryIndex } from '#evidence/entry-index'
import type { Finding } from '#evidence/finding'
import { traceResult } from '#evidence/lineage'
import { answered, holderSteps, releaseLog, standing, TAX } from './made-story.ts'

/** When the gateway's log begins. */
export const AT = 1_800_000_000_000

/** What a holder's log says before it is asked. */
export const OFFERED = ['dataset.registered', 'product.published'] as const
/** What it says of its part in one session. */
export const TOOK_PART = [
  'holder.decided',
  'holder.reserved',
  'holder.checked',
  'holder.submitted',
] as const

/** Judges one delivered result of a gateway's log that holds exactly these entries. */
export function judged(
  drafts: readonly EntryDraft[],
  rules = STRICT_RULES,
  holders: readonly string[] = TAX,
  released = 'one',
  first = holderSteps(TAX[0]),
): Finding[] {
  const index = new EntryIndex()
  for (const [i, draft] of drafts.entries()) {
    index.add('gateway.example/log', i, { ...draft, v: 1, at: AT + i })
  }
  for (const [i, body] of releaseLog(released).bodies.entries()) {
    index.add(releaseLog().origin, i, parseEntry(body))
  }
  for (const holder of holders) {
    const steps = holder === TAX[0] ? first : holderSteps(holder)
    for (const [i, draft] of steps.entries()) {
      index.add(`${holder.slice(8)}/log`, i, { ...draft, v: 1, at: AT + i })
    }
  }
  return index
    .all('result.delivered')
    .flatMap((record) => checkChain(traceResult(index, record), rules))
}

export const good = [...standing(), ...answered('one')]
export const without = (type: EntryType) => good.filter((draft) => draft.type !== type)
export const changed = (type: EntryType, change: Partial<EntryDraft>): EntryDraft[] =>
  good.map((draft) => (draft.type === type ? Object.assign({}, draft, change) : draft))
export const before = (type: EntryType, ...added: EntryDraft[]): EntryDraft[] => {
  const at = good.findIndex((draft) => draft.type === type)
  return good.toSpliced(at, 0, ...added)
}

/** The same entries with those of one type only after another type's. */
export const late = (type: EntryType, than: EntryType, drafts = good): EntryDraft[] => {
  const moved = drafts.filter((draft) => draft.type === type)
  const rest = drafts.filter((draft) => draft.type !== type)
  return rest.toSpliced(rest.findIndex((draft) => draft.type === than) + 1, 0, ...moved)
}
