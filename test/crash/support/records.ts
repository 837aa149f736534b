import { readFileSync } from 'node:fs'
import path from 'node:path'
import { exportEvidence } from '#cli/space/export-evidence'
import { leafHash } from '#crypto/merkle'
import { parseChainRules } from '#evidence/chain-rules'
import { checkSeen } from '#evidence/check-history'
import { checkLog } from '#evidence/check-log'
import { entryBytes } from '#evidence/entry-form'
import { EvidenceFiles } from '#evidence/evidence-files'
import { logFolder } from '#evidence/evidence-folder'
import { LogFiles } from '#evidence/log-files'
import { logName } from '#evidence/log-owner'
import { parseTrustPolicy } from '#evidence/trust-policy'
import { type Report, verifyEvidence } from '#evidence/verify'
import type { Answered } from '#sdk/ask'
import { TINY } from '#test/support/tiny-policies'
import type { TinySpace } from '#test/support/tiny-space'

/** What an export of all logs shows. */
export interface Audit {
  /** Defects that the verifier names, and entries that stand twice. */
  readonly faults: readonly string[]
  /** Checkpoints seen before that the logs no longer continue. */
  readonly forks: number
  /** Receipts that were handed out and whose entry is not at its place. */
  readonly lost: number
}

/** Follows the logs of a space from export to export. */
export class Records {
  readonly #tiny: TinySpace
  /** Every checkpoint that was ever seen, by log. */
  readonly #seen = new Map<string, Set<string>>()
  readonly #receipts: NonNullable<Answered['receipt']>[] = []

  constructor(tiny: TinySpace) {
    this.#tiny = tiny
  }

  /** Remembers what the bank was promised. */
  keep({ receipt }: Answered): void {
    if (receipt !== undefined) this.#receipts.push(receipt)
  }

  /** Exports and verifies everything, and compares it with what was seen before. */
  async audit(): Promise<Audit> {
    const { space, state } = this.#tiny
    const { folder, policyFile } = await exportEvidence(space, state)
    const policy = parseTrustPolicy(readFileSync(policyFile, 'utf8'))
    const rules = parseChainRules(readFileSync(path.join(folder, 'rules.json'), 'utf8'))
    const report = verifyEvidence(folder, { policy, rules })
    const judged = policy.logs.map((log) => this.#judge(folder, log))
    return {
      faults: [
        ...report.findings.map(({ code, log, detail }) => `${code} ${log ?? ''} ${detail}`),
        ...doubles(report),
      ],
      forks: judged.reduce((sum, { forks }) => sum + forks, 0),
      lost: judged.reduce((sum, { lost }) => sum + lost, 0),
    }
  }

  #judge(folder: string, log: Parameters<typeof checkLog>[1]): { forks: number; lost: number } {
    const files = new LogFiles(new EvidenceFiles(folder), logFolder(log.name))
    const checked = checkLog(files, log)
    const seen = this.#seen.get(log.name) ?? new Set()
    this.#seen.set(log.name, seen)
    const isOurs = log.name === logName(TINY.gateway, TINY.space)
    const receipts = isOurs ? this.#receipts : []
    for (const { checkpoint } of receipts) seen.add(checkpoint)
    const forks = [...seen].flatMap((note) => checkSeen({ file: 'seen', note }, log, checked))
    seen.add(files.text('checkpoint'))
    const lost = receipts.filter(({ index, leafHash: promised }) => {
      const entry = checked.entries.get(index)
      return entry === undefined || textHash(entryBytes(entry)) !== promised
    })
    return { forks: forks.length, lost: lost.length }
  }
}

function textHash(entry: Uint8Array): string {
  return Buffer.from(leafHash(entry)).toString('base64')
}

// What may stand in one log once at most, by what it is about.
function doubles({ entries }: Report): string[] {
  const once = [
    ...entries.all('dataset.registered').map(({ log, entry }) => `${log} data ${entry.dataset}`),
    ...entries.all('holder.reserved').map(({ log, entry }) => `${log} holds ${entry.session}`),
    ...entries
      .all('holder.decided')
      .filter(({ entry }) => entry.decision === 'PERMIT')
      .map(({ log, entry }) => `${log} agreed ${entry.session}`),
    ...entries.all('holder.checked').map(({ log, entry }) => `${log} checked ${entry.transcript}`),
    ...entries
      .all('holder.submitted')
      .map(({ log, entry }) => `${log} submitted ${entry.transcript}`),
    ...entries.all('input.submitted').map(({ log, entry }) => {
      return `${log} input ${entry.transcript} ${entry.holder}`
    }),
    ...entries.all('release.sealed').map(({ log, entry }) => `${log} sealed ${entry.transcript}`),
    ...entries.all('result.delivered').map(({ log, entry }) => `${log} delivered ${entry.result}`),
    ...entries.all('result.acknowledged').map(({ log, entry }) => `${log} taken ${entry.result}`),
    ...entries.all('meter.counted').map(({ log, entry }) => `${log} metered ${entry.result}`),
    ...entries.all('budget.reserved').map(({ log, entry }) => {
      return `${log} reserved ${entry.request} ${entry.budget}`
    }),
  ]
  const sealed = new Set(entries.all('release.sealed').map(({ entry }) => entry.transcript))
  const voided = entries
    .all('session.void')
    .filter(({ entry }) => sealed.has(entry.transcript ?? ''))
  const twice = once.filter((what, index) => once.indexOf(what) !== index)
  return [
    ...twice.map((what) => `twice: ${what.replace(/sha256-\w+/g, '…')}`),
    ...voided.map(() => 'sealed and void'),
  ]
}
