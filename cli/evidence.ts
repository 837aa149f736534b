import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { findDeliveries, type Lineage, traceResult } from '#evidence/lineage'
import { parseSm2Keys } from '#evidence/sm2-keys'
import { runVerifier } from '#evidence/verifier'
import { type Command, type CommandIo, EXIT, UsageError } from './command.ts'
import { bundleResult, signerFrom } from './evidence-bundle.ts'
import { exportCommand } from './evidence-export.ts'
import { EVIDENCE_HELP } from './evidence-help.ts'
import { lineageTree } from './evidence-lineage.ts'
import { recordsCommand } from './evidence-records.ts'
import { replayAggregate } from './evidence-replay.ts'
import { settleCommand, splitsCommand } from './evidence-splits.ts'
import { COMMON, optionsOf } from './options.ts'
import { type ReadEvidence, readEvidence } from './read-evidence.ts'
import { verifierProgram } from './verifier-program.ts'

const OPTIONS = {
  ...COMMON,
  policy: { type: 'string' },
  rules: { type: 'string' },
  out: { type: 'string' },
  key: { type: 'string' },
  name: { type: 'string' },
} as const

/** `baotu evidence`: `export`, `splits` and `settle` need a space that is up, the others a folder alone. */
export const evidence: Command = {
  name: 'evidence',
  summary: { en: 'export, verify and settle evidence', zh: '证据的导出、离线核验与了结' },
  help: EVIDENCE_HELP,
  run: runEvidenceCommand,
}

/** Runs one subcommand; throws UsageError for a command line that cannot be understood. */
export async function runEvidenceCommand(
  argv: readonly string[],
  io: Pick<CommandIo, 'stdout' | 'stderr' | 'cwd'>,
): Promise<number> {
  const [subcommand, ...rest] = argv
  if (subcommand === 'export') return await exportCommand(rest, io)
  if (subcommand === 'splits') return await splitsCommand(rest, io)
  if (subcommand === 'settle') return await settleCommand(rest, io)
  if (subcommand === 'verify') return verify(rest, io)
  if (subcommand === 'lineage' || subcommand === 'bundle') return about(subcommand, rest, io)
  if (subcommand === 'records') return recordsCommand(rest, io)
  if (subcommand === 'verifier') return writeVerifier(rest, io)
  throw new UsageError(
    `baotu evidence export | verify | lineage | records | bundle | verifier | splits | settle, not \`${subcommand ?? ''}\``,
  )
}

type Io = Pick<CommandIo, 'stdout' | 'stderr' | 'cwd'>

function verify(argv: readonly string[], { stdout, stderr, cwd }: Io): number {
  const io = {
    cwd,
    stdout: (text: string) => void stdout.write(text),
    stderr: (text: string) => void stderr.write(text),
  }
  return runVerifier(argv, io, { replay: replayAggregate, readSm2Keys: parseSm2Keys })
}

function writeVerifier(argv: readonly string[], { stdout, cwd }: Io): number {
  const { values } = optionsOf(argv, { ...COMMON, out: OPTIONS.out })
  if (values.out === undefined) throw new UsageError('--out is needed')
  const file = path.resolve(cwd, values.out)
  writeFileSync(file, verifierProgram(), { mode: 0o755 })
  stdout.write(`${file}\n`)
  return EXIT.ok
}

async function about(
  subcommand: 'lineage' | 'bundle',
  argv: readonly string[],
  io: Io,
): Promise<number> {
  const { values, positionals } = optionsOf(argv, OPTIONS)
  const [given, id] = positionals
  if (given === undefined || id === undefined) {
    throw new UsageError('a folder and a result are needed')
  }
  const read = readEvidence(path.resolve(io.cwd, given), values, io.cwd)
  const { entries } = read.report
  const lineages = findDeliveries(entries, id).map((one) => traceResult(entries, one))
  for (const lineage of lineages) {
    if (subcommand === 'bundle') await bundle(read, lineage, values, io)
    else io.stdout.write(values.json ? `${JSON.stringify(lineage)}\n` : lineageTree(lineage))
  }
  if (lineages.length === 0) io.stderr.write(`no result ${id}\n`)
  return lineages.length > 0 ? EXIT.ok : EXIT.failed
}

type Values = Partial<Record<'policy' | 'rules' | 'out' | 'key' | 'name', string>>

async function bundle(
  read: ReadEvidence,
  lineage: Lineage,
  { out, key, name }: Values,
  io: Io,
): Promise<void> {
  if (out === undefined) throw new UsageError('--out is needed')
  if ((key === undefined) !== (name === undefined)) throw new UsageError('--key needs --name')
  const signer = key && name ? signerFrom(path.resolve(io.cwd, key), name) : undefined
  const target = path.resolve(io.cwd, out)
  await bundleResult({ ...read, out: target, signer }, lineage)
  io.stdout.write(`${target}\n`)
}
