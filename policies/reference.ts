import { VOCABULARY } from './vocabulary.ts'
import type { OperandEntry } from './vocabulary-document.ts'

const PURPOSE = 'purpose'
const PURPOSES = VOCABULARY.document.taxonomies[PURPOSE] ?? {}

const KINDS: Readonly<Record<OperandEntry['kind'], string>> = {
  fact: 'Facts: read from the request, the directory, the catalogue, the consent hub',
  shape: 'Shapes: read from the query plan',
  control: 'Controls: never read, imposed on the executor; the strictest of all layers wins',
  state: 'State: counted by the ledger, reserved before the use',
}

/** The reference of operands and actions in Markdown, from the vocabulary. */
export function referenceMarkdown(): string {
  const kinds = Object.entries(KINDS).map(
    ([kind, title]) => `### ${title}\n\n${operandTable(kind)}`,
  )
  return [...kinds, `### Actions\n\n${actionTable()}`, `### Purposes\n\n${purposeTable()}`].join(
    '\n\n',
  )
}

function operandTable(kind: string): string {
  const rows = VOCABULARY.list
    .filter((operand) => operand.kind === kind)
    .map((operand) => [
      `\`${operand.name}\``,
      `${operand.label.zh}, ${operand.label.en}`,
      valuesOf(operand),
      operand.operators.join(' '),
      [
        operand.class,
        operand.visibility === 'public' ? '' : operand.visibility,
        operand.place === 'duty' ? 'duties only' : '',
      ]
        .filter(Boolean)
        .join(', '),
    ])
  return markdownTable(['operand', 'meaning', 'values', 'operators', 'class'], rows)
}

function valuesOf({
  type,
  values,
  levels,
  pattern,
  taxonomy,
  min,
  max,
  scale,
  unit,
  window,
}: OperandEntry): string {
  const parts = [
    values?.join(', ') ??
      levels?.join(' < ') ??
      (taxonomy === undefined ? (pattern ?? type) : 'a purpose'),
    min === undefined || max === undefined ? '' : `${min}–${max}`,
    scale === undefined || scale === 0 ? '' : `${scale} decimals`,
    unit ?? '',
    window === undefined ? '' : `per window (${window})`,
  ]
  return parts.filter(Boolean).join('; ')
}

const USED_IN = { rule: 'rules', duty: 'duties', both: 'rules and duties' } as const

function actionTable(): string {
  const rows = Object.entries(VOCABULARY.document.actions).map(([name, action]) => [
    `\`${name}\``,
    `${action.label.zh}, ${action.label.en}`,
    action.includedIn === undefined ? '' : `\`${action.includedIn}\``,
    USED_IN[action.use],
    action.national ?? '',
  ])
  return markdownTable(['action', 'meaning', 'part of', 'in', 'national dictionary'], rows)
}

function purposeTable(): string {
  const rows = Object.entries(PURPOSES).map(([name, term]) => [
    `\`${name}\``,
    `${term.label.zh}, ${term.label.en}`,
    term.broader === undefined ? '' : `\`${term.broader}\``,
    term.deprecated === undefined ? '' : `deprecated: \`${term.deprecated}\``,
  ])
  return markdownTable(['purpose', 'meaning', 'part of', ''], rows)
}

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
