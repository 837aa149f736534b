import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { findDeliveries, type Lineage, traceResult } from '#evidence/lineage'
import { runVerifier } from '#evidence/verifier'
import { type Command, type CommandIo, EXIT, UsageError } from './command.ts'
import { bundleResult, signerFrom } from './evidence-bundle.ts'
import { exportCommand } from './evidence-export.ts'
import { lineageTree } from './evidence-lineage.ts'
import { recordsCommand } from './evidence-records.ts'
import { replayAggregate } from './evidence-replay.ts'
import { COMMON, optionsOf } from './options.ts'
import { type ReadEvidence, readEvidence } from './read-evidence.ts'
import { verifierProgram } from './verifier-program.ts'

const en = `baotu evidence export <space-file> [--out DIR] [--state DIR] [--json]
baotu evidence verify <folder> [--policy FILE] [--rules FILE] [--result ID] [--json] [--lang zh|en]
baotu evidence lineage <folder> <result> [--policy FILE] [--json]
baotu evidence records <folder> [--type T]... [--actor DID] [--naming DIGEST] [--since TIME]
  [--until TIME] [--subject-key FILE] [--policy FILE] [--json] [--lang zh|en]
baotu evidence bundle <folder> <result> --out DIR [--policy FILE] [--key PEM --name ORIGIN]
baotu evidence verifier --out FILE

export writes the logs of all parties of a space that is up as files, to be copied anywhere; the
  trust policy to hold them to is written apart, for the auditor.
verify checks exported evidence offline: signatures, one history, complete chains, replayed sums.
  With --result it tells how that result came about. Exit code 0 only when nothing was found.
lineage shows dataset, product, contract, request and result with their records.
records lists records by time: of a type, by a party, about a digest (a policy, a contract, a
  request), from a day or time on and before another, in Beijing unless a zone is given. With a
  subject's key (64 hexadecimal digits in a file) it is that subject's own ledger: the consents it
  gave and each use of its data.
bundle cuts out everything that a dispute about one result needs, to be verified elsewhere; with
  --key its list of files is signed by that key (Ed25519, PKCS #8) under that log's name.
verifier writes verify as one program of one file: whoever has it and Node 24 checks a copied folder
  with \`node verify.mjs <folder>\` and needs nothing else. Get it from whom you trust, not from
  whom you check.
--policy is your own trust policy; without it the folder's is used, which shows only that the
  evidence agrees with itself. ID is a result's digest or the watermark of a copy.

  baotu evidence export examples/three-cities/space.json --out ./evidence
  baotu evidence verify ./evidence --policy ./policy
  baotu evidence verify ./evidence --policy ./policy --result sha256-... --lang zh
  baotu evidence records ./evidence --type request.decided --since 2026-11-01
  baotu evidence bundle ./evidence sha256-... --out ./bundle
  baotu evidence verifier --out ./verify.mjs
`
const zh = `baotu evidence export <空间文件> [--out 目录] [--state 目录] [--json]
baotu evidence verify <文件夹> [--policy 文件] [--rules 文件] [--result 编号] [--json] [--lang zh|en]
baotu evidence lineage <文件夹> <结果> [--policy 文件] [--json]
baotu evidence records <文件夹> [--type 类型]... [--actor DID] [--naming 摘要] [--since 时间]
  [--until 时间] [--subject-key 文件] [--policy 文件] [--json] [--lang zh|en]
baotu evidence bundle <文件夹> <结果> --out 目录 [--policy 文件] [--key PEM --name 日志名]
baotu evidence verifier --out 文件

export 把运行中空间各方的日志写成文件，可复制到任何地方；核验所依据的信任策略另存，交给审计方。
verify 离线核验导出的证据：签名、历史唯一、链条完整、重新计算。给出 --result 则讲述该结果的
  来龙去脉。未发现任何问题时退出码才为 0。
lineage 列出数据集、产品、合约、请求、结果及其记录号。
records 按时间列出记录：某类型、某方、涉及某摘要（策略、合约、请求）、自某日某时起及之前；未写时区
  即为北京时间。给出主体密钥（文件内 64 位十六进制数）则为该主体自己的账本：其所作同意及其数据的
  每次使用。
bundle 截取一个结果的争议所需的全部材料，供他处核验；给出 --key 则以该密钥（Ed25519，PKCS #8）
  按该日志名签署文件清单。
verifier 把 verify 写成单个程序文件：有此文件和 Node 24 的人用 \`node verify.mjs <文件夹>\` 即可核验
  复制来的文件夹，不需其他任何东西。请从您信任的一方取得，不要从被核验的一方取得。
--policy 是您自己掌握的信任策略；不给则用文件夹自带的，只能说明证据自身一致。编号为结果摘要或
  某一副本的水印。

  baotu evidence export examples/three-cities/space.json --out ./evidence
  baotu evidence verify ./evidence --policy ./policy
  baotu evidence verify ./evidence --policy ./policy --result sha256-... --lang zh
  baotu evidence records ./evidence --type request.decided --since 2026-11-01
  baotu evidence bundle ./evidence sha256-... --out ./bundle
  baotu evidence verifier --out ./verify.mjs
`

const OPTIONS = {
  ...COMMON,
  policy: { type: 'string' },
  rules: { type: 'string' },
  out: { type: 'string' },
  key: { type: 'string' },
  name: { type: 'string' },
} as const

/** `baotu evidence`: all but `export` work on a folder alone; no space has to be up. */
export const evidence: Command = {
  name: 'evidence',
  summary: { en: 'export evidence, and verify it offline', zh: '导出证据，离线核验' },
  help: { en, zh },
  run: runEvidenceCommand,
}

/** Runs one subcommand; throws UsageError for a command line that cannot be understood. */
export async function runEvidenceCommand(
  argv: readonly string[],
  io: Pick<CommandIo, 'stdout' | 'stderr' | 'cwd'>,
): Promise<number> {
  const [subcommand, ...rest] = argv
  if (subcommand === 'export') return await exportCommand(rest, io)
  if (subcommand === 'verify') return verify(rest, io)
  if (subcommand === 'lineage' || subcommand === 'bundle') return about(subcommand, rest, io)
  if (subcommand === 'records') return recordsCommand(rest, io)
  if (subcommand === 'verifier') return writeVerifier(rest, io)
  throw new UsageError(
    `baotu evidence export | verify | lineage | records | bundle | verifier, not \`${subcommand ?? ''}\``,
  )
}

type Io = Pick<CommandIo, 'stdout' | 'stderr' | 'cwd'>

function verify(argv: readonly string[], { stdout, stderr, cwd }: Io): number {
  const io = {
    cwd,
    stdout: (text: string) => void stdout.write(text),
    stderr: (text: string) => void stderr.write(text),
  }
  return runVerifier(argv, io, replayAggregate)
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
