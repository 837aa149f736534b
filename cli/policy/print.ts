import { getBorderCharacters, table } from 'table'

/** What a policy command writes to. */
export interface PolicyIo {
  readonly stdout: { readonly write: (text: string) => unknown }
  readonly stderr: { readonly write: (text: string) => unknown }
  readonly cwd: string
}

/** A table without borders, one blank column between columns; cells wrap at `widths`. */
export function printTable(
  { stdout }: PolicyIo,
  rows: readonly (readonly (string | number)[])[],
  widths: Readonly<Record<number, number>> = {},
): void {
  if (rows.length === 0) return
  const columns = Object.fromEntries(
    Object.entries(widths).map(([at, width]) => [at, { width, wrapWord: true }]),
  )
  const text = table(
    rows.map((row) => [...row]),
    {
      border: getBorderCharacters('void'),
      columnDefault: { paddingLeft: 0, paddingRight: 2 },
      columns,
      drawHorizontalLine: () => false,
    },
  )
  stdout.write(text.replaceAll(/ +$/gm, ''))
}

/** One JSON document, for programs. */
export function printJson({ stdout }: PolicyIo, value: unknown): void {
  stdout.write(`${JSON.stringify(value, null, 2)}\n`)
}

/** A share as people read it. */
export function percent(share: number): string {
  return `${Math.floor(share * 1000) / 10} %`
}
