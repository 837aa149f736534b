/** More digests or names than the log takes in one entry are told in several. */
export const MOST_IN_ENTRY = 512

/** A list in pieces that one entry takes each; an empty list is one empty piece. */
export function inEntries<T>(list: readonly T[]): T[][] {
  const pieces = Math.max(1, Math.ceil(list.length / MOST_IN_ENTRY))
  return Array.from({ length: pieces }, (_, piece) =>
    list.slice(piece * MOST_IN_ENTRY, (piece + 1) * MOST_IN_ENTRY),
  )
}
