/** A column of a Markdown table; numeric ones are set to the right. */
export interface Column {
  readonly head: string
  readonly isNumeric?: boolean
}

const MIN_WIDTH = 3

/** The lines of a Markdown table in the one form that the formatter leaves alone: aligned. */
export function alignedTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string[] {
  const cells = rows.map((row) => row.map((cell) => cell.replaceAll('|', '\\|')))
  const widths = columns.map(({ head }, at) =>
    Math.max(MIN_WIDTH, ...[head, ...cells.map((row) => row[at] ?? '')].map(widthOf)),
  )
  const padded = (row: readonly string[]) =>
    columns.map(({ isNumeric }, at) => {
      const space = ' '.repeat((widths[at] ?? 0) - widthOf(row[at] ?? ''))
      return isNumeric ? `${space}${row[at]}` : `${row[at]}${space}`
    })
  const rule = columns.map(({ isNumeric }, at) => {
    return isNumeric ? `${'-'.repeat((widths[at] ?? 0) - 1)}:` : '-'.repeat(widths[at] ?? 0)
  })
  const lines = [padded(columns.map(({ head }) => head)), rule, ...cells.map(padded)]
  return lines.map((line) => `| ${line.join(' | ')} |`)
}

function widthOf(text: string): number {
  return [...text].length
}
