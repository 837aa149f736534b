import { cp } from 'node:fs/promises'
import path from 'node:path'
import { type CommandIo, EXIT, UsageError } from './command.ts'
import { readerOf } from './evidence-reader.ts'
import { languageOf } from './language.ts'
import { COMMON, onlyArgument, optionsOf, STATE, spaceAndState } from './options.ts'
import { type ExportedEvidence, exportEvidence } from './space/export-evidence.ts'
import { requireUp } from './space/running.ts'

const WORDS = {
  zh: {
    folder: '证据',
    policy: '审计方的信任策略（另行传递）',
    next: '核验',
    opened: (count: number) => `已向读者开启 ${count} 项，各方日志已记录`,
    sealed: '未开启任何摘要',
    ciphertexts: (count: number, size: string) => `密文 ${count} 份，共 ${size} MiB`,
  },
  en: {
    folder: 'evidence',
    policy: 'the auditor’s trust policy (hand it over apart)',
    next: 'verify',
    opened: (count: number) => `${count} digests opened to the reader, as the logs now record`,
    sealed: 'no digest opened',
    ciphertexts: (count: number, size: string) => `${count} ciphertexts, ${size} MiB`,
  },
} as const

const OPTIONS = {
  ...COMMON,
  ...STATE,
  out: { type: 'string' },
  for: { type: 'string' },
  recipient: { type: 'string' },
  ciphertexts: { type: 'boolean' },
} as const

const MEBIBYTE = 1024 * 1024

/**
 * `baotu evidence export`: the logs of every party of a space on this machine as static files, with
 * what the named reader may open, and the trust policy to hold them to, which lies apart: evidence
 * that brings its own policy along agrees with itself and with nothing else. Throws NotUpError;
 * UsageError.
 */
export async function exportCommand(
  argv: readonly string[],
  io: Pick<CommandIo, 'stdout' | 'cwd'>,
): Promise<number> {
  const { values, positionals } = optionsOf(argv, OPTIONS)
  const file = onlyArgument(positionals, 'space file')
  const { space, state } = await spaceAndState(file, values.state, io)
  const reader = readerOf(space, values.for, values.recipient)
  const ciphertexts = values.ciphertexts === true
  if (ciphertexts && reader.role !== 'AUDITOR' && reader.role !== 'REGULATOR') {
    throw new UsageError('--ciphertexts goes with --for auditor or regulator')
  }
  await requireUp(state, file)
  const exported = await exportEvidence(space, state, { reader, ciphertexts })
  const evidence = values.out === undefined ? exported.folder : path.resolve(io.cwd, values.out)
  if (evidence !== exported.folder) {
    await cp(exported.folder, evidence, { recursive: true, force: false, errorOnExist: true })
  }
  io.stdout.write(
    values.json ? asJson(evidence, exported) : asText(evidence, exported, values.lang),
  )
  return EXIT.ok
}

function asJson(evidence: string, exported: ExportedEvidence): string {
  const { policyFile: policy, sm2File: sm2, openings, ciphertexts } = exported
  return `${JSON.stringify({ evidence, policy, sm2, openings, ciphertexts })}\n`
}

function asText(evidence: string, exported: ExportedEvidence, lang: string | undefined): string {
  const { policyFile, sm2File, openings, ciphertexts } = exported
  const words = WORDS[languageOf(lang)]
  const { count, bytes } = ciphertexts
  const sm2 = sm2File === undefined ? '' : ` --sm2 ${sm2File}`
  const lines = [
    `${words.folder}: ${evidence}`,
    openings > 0 ? words.opened(openings) : words.sealed,
    ...(count > 0 ? [words.ciphertexts(count, (bytes / MEBIBYTE).toFixed(1))] : []),
    `${words.policy}: ${policyFile}`,
    `${words.next}: baotu evidence verify ${evidence} --policy ${policyFile}${sm2}`,
  ]
  return `${lines.join('\n')}\n`
}
