import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseChainRules, STRICT_RULES } from '#evidence/chain-rules'
import { POLICY_FILE, RULES_FILE } from '#evidence/evidence-folder'
import { findDeliveries, type Lineage, traceResult } from '#evidence/lineage'
import { parseTrustPolicy } from '#evidence/trust-policy'
import { runVerifier } from '#evidence/verifier'
import { verifyEvidence } from '#evidence/verify'
import { type Command, type CommandIo, EXIT, UsageError } from './command.ts'
import { bundleResult, signerFrom } from './evidence-bundle.ts'
import { exportCommand } from './evidence-export.ts'
import { lineageTree } from './evidence-lineage.ts'
import { replayAggregate } from './evidence-replay.ts'
import { COMMON, optionsOf } from './options.ts'
import { verifierProgram } from './verifier-program.ts'

const en = `baotu evidence export <space-file> [--for WHOM] [--ciphertexts] [--out DIR] [--state DIR] [--json]
baotu evidence verify <folder> [--policy FILE] [--rules FILE] [--receipt FILE]... [--result ID] [--json] [--lang zh|en]
baotu evidence lineage <folder> <result> [--policy FILE] [--json]
baotu evidence bundle <folder> <result> --out DIR [--policy FILE] [--key PEM --name ORIGIN]
baotu evidence verifier --out FILE

export writes the logs of all parties of a space that is up as files, to be copied anywhere; the
  trust policy to hold them to is written apart, for the auditor. Nothing behind a digest is opened
  unless --for says to whom, and every party that opens anything records it in its own log:
    public      nothing (without --for)
    auditor     which cells were withheld, the plan of each question, what the holders signed
    regulator   these, and each request with its purpose and business reference
    NAME        one body of the space, by DID or short name: its own matters alone
  --recipient DID names the auditor or regulator, where it is not the space's auditor.
  --ciphertexts takes along what released sums were made of, as long as the gateway keeps it, so
  that verify recomputes them: about 92 KiB for each ciphertext of each holder.
verify checks exported evidence offline: signatures, one history, complete chains, replayed sums.
  --receipt FILE holds the log to a receipt that somebody kept, such as that of \`baotu query
  --receipt\`. With --result it tells how that result came about. Exit code 0 only when nothing was found.
lineage shows dataset, product, contract, request and result with their records.
bundle cuts out everything that a dispute about one result needs, to be verified elsewhere; with
  --key its list of files is signed by that key (Ed25519, PKCS #8) under that log's name.
verifier writes verify as one program of one file: whoever has it and Node 24 checks a copied folder
  with \`node verify.mjs <folder>\` and needs nothing else. Get it from whom you trust, not from
  whom you check.
--policy is your own trust policy; without it the folder's is used, which shows only that the
  evidence agrees with itself. ID is a result's digest or the watermark of a copy.

  baotu evidence export examples/three-cities/space.json --out ./evidence
  baotu evidence export examples/three-cities/space.json --for regulator --ciphertexts
  baotu evidence verify ./evidence --policy ./policy
  baotu evidence verify ./evidence --policy ./policy --result sha256-... --lang zh
  baotu evidence bundle ./evidence sha256-... --out ./bundle
  baotu evidence verifier --out ./verify.mjs
`
const zh = `baotu evidence export <空间文件> [--for 读者] [--ciphertexts] [--out 目录] [--state 目录] [--json]
baotu evidence verify <文件夹> [--policy 文件] [--rules 文件] [--receipt 文件]... [--result 编号] [--json] [--lang zh|en]
baotu evidence lineage <文件夹> <结果> [--policy 文件] [--json]
baotu evidence bundle <文件夹> <结果> --out 目录 [--policy 文件] [--key PEM --name 日志名]
baotu evidence verifier --out 文件

export 把运行中空间各方的日志写成文件，可复制到任何地方；核验所依据的信任策略另存，交给审计方。
  摘要背后的内容默认一概不开启；以 --for 指明读者才开启，开启的各方均在自己的日志中记录：
    public      不开启（不给 --for 时）
    auditor     哪些单元未放行、每个问题的计算方案、各提供方签署的提交
    regulator   上述各项，以及每个请求及其用途和业务参考号
    名称        空间的一方（DID 或短名）：只开启其自己的事项
  审计方或监管方不是空间文件所列审计方时，用 --recipient DID 指明。
  --ciphertexts 一并带上网关仍保存的密文，供 verify 重新求和：各提供方每份密文约 92 KiB。
verify 离线核验导出的证据：签名、历史唯一、链条完整、重新计算。--receipt 给出某方保存的回执（如
  \`baotu query --receipt\` 所存），核对日志是否就是当时出示的那份。给出 --result 则讲述该结果的
  来龙去脉。未发现任何问题时退出码才为 0。
lineage 列出数据集、产品、合约、请求、结果及其记录号。
bundle 截取一个结果的争议所需的全部材料，供他处核验；给出 --key 则以该密钥（Ed25519，PKCS #8）
  按该日志名签署文件清单。
verifier 把 verify 写成单个程序文件：有此文件和 Node 24 的人用 \`node verify.mjs <文件夹>\` 即可核验
  复制来的文件夹，不需其他任何东西。请从您信任的一方取得，不要从被核验的一方取得。
--policy 是您自己掌握的信任策略；不给则用文件夹自带的，只能说明证据自身一致。编号为结果摘要或
  某一副本的水印。

  baotu evidence export examples/three-cities/space.json --out ./evidence
  baotu evidence export examples/three-cities/space.json --for regulator --ciphertexts
  baotu evidence verify ./evidence --policy ./policy
  baotu evidence verify ./evidence --policy ./policy --result sha256-... --lang zh
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
  if (subcommand === 'verifier') return writeVerifier(rest, io)
  throw new UsageError(
    `baotu evidence export | verify | lineage | bundle | verifier, not \`${subcommand ?? ''}\``,
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

function readEvidence(folder: string, values: Values, cwd: string) {
  const at = (given: string | undefined, own: string) =>
    given === undefined ? path.join(folder, own) : path.resolve(cwd, given)
  const rulesFile = at(values.rules, RULES_FILE)
  const hasRules = values.rules !== undefined || existsSync(rulesFile)
  const rules = hasRules ? parseChainRules(readFileSync(rulesFile, 'utf8')) : STRICT_RULES
  const policyText = readFileSync(at(values.policy, POLICY_FILE), 'utf8')
  const policy = parseTrustPolicy(policyText)
  return { folder, policyText, policy, rules, report: verifyEvidence(folder, { policy, rules }) }
}

async function bundle(
  read: ReturnType<typeof readEvidence>,
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
