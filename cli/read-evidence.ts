import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { type ChainRules, parseChainRules, STRICT_RULES } from '#evidence/chain-rules'
import { POLICY_FILE, RULES_FILE } from '#evidence/evidence-folder'
import { parseTrustPolicy, type TrustPolicy } from '#evidence/trust-policy'
import { type Report, verifyEvidence } from '#evidence/verify'
import { UsageError } from './command.ts'

/** Exported evidence as it was judged, and what it was judged by. */
export interface ReadEvidence {
  readonly folder: string
  readonly policyText: string
  readonly policy: TrustPolicy
  readonly rules: ChainRules
  readonly report: Report
}

/** Judges a folder by the policy and rules given, else by those in it. Throws UsageError. */
export function readEvidence(
  folder: string,
  given: { readonly policy?: string; readonly rules?: string },
  cwd: string,
): ReadEvidence {
  const at = (named: string | undefined, own: string) =>
    named === undefined ? path.join(folder, own) : path.resolve(cwd, named)
  const rulesFile = at(given.rules, RULES_FILE)
  const hasRules = given.rules !== undefined || existsSync(rulesFile)
  const rules = hasRules ? parseChainRules(readFileSync(rulesFile, 'utf8')) : STRICT_RULES
  const policyFile = at(given.policy, POLICY_FILE)
  if (!existsSync(policyFile)) {
    const lacks = existsSync(folder) ? 'no trust policy there' : 'no such folder'
    throw new UsageError(given.policy === undefined ? `${folder}: ${lacks}` : `no ${policyFile}`)
  }
  const policyText = readFileSync(policyFile, 'utf8')
  const policy = parseTrustPolicy(policyText)
  return { folder, policyText, policy, rules, report: verifyEvidence(folder, { policy, rules }) }
}
