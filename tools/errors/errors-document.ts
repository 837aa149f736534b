import { PROBLEMS } from '#protocol/problems'
import type { Told } from '#protocol/problems/told'
import { RUNTIME_PROBLEMS } from '#runtime/runtime-problems'
import { EVIDENCE_CODES, FINDING_CODES } from './evidence-codes.ts'
import { CRYPTO_CODES, RUNTIME_CODES } from './ground-codes.ts'
import { ENDING_CODES, PARTY_CODES, SOURCE_CODES } from './party-codes.ts'
import { LINT_CODES, POLICY_CODES } from './policy-codes.ts'
import { TOOL_CODES } from './tool-codes.ts'

interface Section {
  readonly title: string
  readonly about: string
  readonly codes: Readonly<Record<string, Told & { readonly status?: number }>>
}

const SECTIONS: readonly Section[] = [
  {
    title: 'On the wire',
    about:
      'Problem documents (RFC 9457) of gateway and authority; `type` is `urn:baotu:problem:` and the code in kebab case.',
    codes: { ...RUNTIME_PROBLEMS, ...PROBLEMS },
  },
  {
    title: 'How a question ended',
    about: '`code` in the state of a question, and the errors of the consumer’s side.',
    codes: ENDING_CODES,
  },
  { title: 'Parties', about: 'Inside the process of one party.', codes: PARTY_CODES },
  { title: 'Sources', about: 'A connector’s sources and mappings.', codes: SOURCE_CODES },
  { title: 'Policies', about: 'What is wrong with a policy as it is read.', codes: POLICY_CODES },
  { title: 'Policy lint', about: 'What `baotu policy lint` finds.', codes: LINT_CODES },
  { title: 'Evidence log', about: 'Inside the process that keeps a log.', codes: EVIDENCE_CODES },
  { title: 'Evidence verifier', about: 'What the offline verifier finds.', codes: FINDING_CODES },
  { title: 'Cryptography', about: 'Inside a process.', codes: CRYPTO_CODES },
  { title: 'Ground', about: 'Configuration, files, stores, processes.', codes: RUNTIME_CODES },
  { title: 'Command line', about: '`baotu` and the city generator.', codes: TOOL_CODES },
]

/** Every code that has a row somewhere. */
export const DOCUMENTED_CODES: ReadonlySet<string> = new Set(
  SECTIONS.flatMap(({ codes }) => Object.keys(codes)),
)

/** docs/errors.md, written from the tables of codes; `tools/errors/write.ts` writes it. */
export function errorsDocument(): string {
  const head = [
    '# Errors',
    '',
    'Every error code, what it means and what to do about it. Codes are public and never renamed.',
    'A message names ids, sizes, places and codes, never a value, a literal or an identifier of an',
    'enterprise. This page is written by `node tools/errors/write.ts`; change the tables, not it.',
  ]
  return `${[...head, ...SECTIONS.flatMap(sectionLines)].join('\n')}\n`
}

function sectionLines({ title, about, codes }: Section): string[] {
  const rows = Object.entries(codes).sort(([a], [b]) => (a < b ? -1 : 1))
  const hasStatus = rows.some(([, { status }]) => status !== undefined)
  const columns = [
    'code',
    ...(hasStatus ? ['status'] : []),
    'meaning',
    '含义',
    'what to do',
    '处理',
  ]
  return [
    ...['', `## ${title}`, '', about, ''],
    `| ${columns.join(' | ')} |`,
    `| ${columns.map(() => '---').join(' | ')} |`,
    ...rows.map(([code, row]) => rowLine(code, row, hasStatus)),
  ]
}

function rowLine(
  code: string,
  { status, title, hint }: Told & { readonly status?: number },
  hasStatus: boolean,
): string {
  const statuses = hasStatus ? [`${status ?? ''}`] : []
  return `| ${[`\`${code}\``, ...statuses, title.en, title.zh, hint.en, hint.zh].join(' | ')} |`
}
