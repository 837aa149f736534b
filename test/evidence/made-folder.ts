import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Test } from 'tap'
import { formatChainRules, STRICT_RULES } from '#evidence/chain-rules'
import { logFolder, POLICY_FILE, RULES_FILE } from '#evidence/evidence-folder'
import { exportTiles } from '#evidence/export'
import { parseTrustPolicy } from '#evidence/trust-policy'
import { type Report, verifyEvidence } from '#evidence/verify'
import type { MadeLog } from './made-log.ts'

/** A folder that is gone after the test. */
export function temporaryFolder(t: Pick<Test, 'teardown'>): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'baotu-evidence-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Exports the logs with a policy that trusts exactly them. */
export async function exported(folder: string, logs: readonly MadeLog[]): Promise<void> {
  for (const log of logs) await exportTiles(log, path.join(folder, logFolder(log.origin)))
  const lines = logs.map((log) => `log ${log.signer.verifier.vkey}`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, POLICY_FILE), `${[...lines, 'quorum none'].join('\n')}\n`)
  writeFileSync(path.join(folder, RULES_FILE), formatChainRules(STRICT_RULES))
}

/** Verifies with the policy of these logs, and the strictest rules unless told others. */
export function verified(folder: string, logs: readonly MadeLog[], rules = STRICT_RULES): Report {
  const lines = logs.map((log) => `log ${log.signer.verifier.vkey}`)
  const policy = parseTrustPolicy(`${[...lines, 'quorum none'].join('\n')}\n`)
  return verifyEvidence(folder, { policy, rules })
}
