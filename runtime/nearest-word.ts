/**
 * The known word a mistyped one was probably meant to be: the fewest edits (a letter more, less or
 * other, or two swapped), at most a third of the word, so that a wild guess is not offered as help.
 * Case and width (`（` or `(`) do not count.
 */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(word.length / 3))
  const ranked = known
    .filter((candidate) => candidate !== '')
    .map((candidate) => ({ candidate, edits: edits(folded(word), folded(candidate)) }))
    .filter(({ edits }) => edits <= limit)
    .sort((a, b) => a.edits - b.edits)
  return ranked[0]?.candidate
}

function folded(word: string): string {
  return word.normalize('NFKC').toLowerCase()
}

// Optimal string alignment: the three latest rows of the Levenshtein matrix, plus swaps.
function edits(from: string, to: string): number {
  let older: number[] = []
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let line = 1; line <= from.length; line += 1) {
    const next = [line]
    for (let column = 1; column <= to.length; column += 1) {
      const changed = at(row, column - 1) + (from[line - 1] === to[column - 1] ? 0 : 1)
      const isSwap = from[line - 1] === to[column - 2] && from[line - 2] === to[column - 1]
      const swapped = isSwap ? at(older, column - 2) + 1 : Number.POSITIVE_INFINITY
      next.push(Math.min(changed, swapped, at(row, column) + 1, at(next, column - 1) + 1))
    }
    older = row
    row = next
  }
  return at(row, to.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY
}
