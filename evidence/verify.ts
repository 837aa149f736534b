/**
 * The offline verifier: judges a folder of exported evidence with nothing but a policy. It gives:
 * signatures, roots, one history, complete chains, each defect with its place. It cannot give: that
 * holders' inputs were true, or that something never recorded did not happen. Node only.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { ChainRules } from './chain-rules.ts'
import { checkChain } from './check-chain.ts'
import { checkHeldReceipt, checkQuorum, checkSeen } from './check-history.ts'
import { isOldPartial } from './check-leftover.ts'
import { type CheckedLog, checkLog } from './check-log.ts'
import type { Checkpoint } from './checkpoint.ts'
import { EntryIndex } from './entry-index.ts'
import { logFolder, RECEIPTS_FOLDER } from './evidence-folder.ts'
import type { Finding } from './finding.ts'
import { type Lineage, traceResult } from './lineage.ts'
import type { NoteVerifier } from './note-key.ts'
import { TileFolder } from './tile-folder.ts'
import type { TrustPolicy } from './trust-policy.ts'

export interface VerifyOptions {
  readonly policy: TrustPolicy
  readonly rules: ChainRules
}

export interface Report {
  readonly isGood: boolean
  readonly findings: readonly Finding[]
  /** The logs that were checked, with what their checkpoints say. */
  readonly checkpoints: readonly Checkpoint[]
  /** Every delivered result, in log order. */
  readonly results: readonly Lineage[]
  readonly entries: EntryIndex
}

export function verifyEvidence(folder: string, { policy, rules }: VerifyOptions): Report {
  const logs = policy.logs.map((log) => verifyLog(folder, log, policy))
  const entries = new EntryIndex()
  for (const { log, checked } of logs) {
    for (const [index, entry] of checked.entries) entries.add(log.name, index, entry)
  }
  const results = entries.all('result.delivered').map((record) => traceResult(entries, record))
  const findings = [
    ...logs.flatMap((log) => log.findings),
    ...heldReceipts(folder, logs),
    ...results.flatMap((lineage) => checkChain(lineage, rules)),
  ]
  const checkpoints = logs.flatMap(({ checked }) => checked.checkpoint ?? [])
  return { isGood: findings.length === 0, findings, checkpoints, results, entries }
}

interface VerifiedLog {
  readonly log: NoteVerifier
  readonly checked: CheckedLog
  readonly findings: readonly Finding[]
}

function verifyLog(folder: string, log: NoteVerifier, policy: TrustPolicy): VerifiedLog {
  const place = existsSync(path.join(folder, 'checkpoint')) ? '' : logFolder(log.name)
  const files = new TileFolder(path.join(folder, place))
  const checked = checkLog(files, log)
  const size = checked.checkpoint?.size ?? 0
  const findings = [...checked.findings]
  const witnessed = ['cosigned', 'checkpoint'].find((file) => files.has(file))
  if (checked.checkpoint && witnessed) {
    const note = { file: witnessed, note: files.text(witnessed) }
    findings.push(...checkQuorum(note, log, policy, checked))
  }
  for (const file of files.unread()) {
    if (file.startsWith('seen/')) {
      findings.push(...checkSeen({ file, note: files.text(file) }, log, checked))
    } else if (file.startsWith('tile/') ? !isOldPartial(files, file, size) : place !== '') {
      const code = file.includes('.p/') ? 'FILE_ALTERED' : 'FILE_UNEXPECTED'
      findings.push({ code, log: log.name, file, detail: '' })
    }
  }
  return { log, checked, findings: findings.map((finding) => placed(place, finding)) }
}

function heldReceipts(folder: string, logs: readonly VerifiedLog[]): Finding[] {
  const place = path.join(folder, RECEIPTS_FOLDER)
  if (!existsSync(place)) return []
  return readdirSync(place).flatMap((name): Finding[] => {
    const file = `${RECEIPTS_FOLDER}/${name}`
    const note = readFileSync(path.join(place, name), 'utf8')
    const owner = logs.find(({ log }) => note.includes(`\n\n${log.name}\n`))
    return owner
      ? checkHeldReceipt({ file, note }, owner.log, owner.checked)
      : [{ code: 'RECEIPT_REFUSED', file, detail: 'of no known log' }]
  })
}

function placed(place: string, finding: Finding): Finding {
  return finding.file ? { ...finding, file: path.posix.join(place, finding.file) } : finding
}
