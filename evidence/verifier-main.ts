/**
 * `node evidence/verifier-main.ts <folder> [--policy <file>]`: the verifier as a program of its own.
 * It imports no package and no party's code; exit code 0 only when nothing was found.
 */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { parseChainRules, STRICT_RULES } from './chain-rules.ts'
import { POLICY_FILE, RULES_FILE } from './evidence-folder.ts'
import type { Finding } from './finding.ts'
import { parseTrustPolicy } from './trust-policy.ts'
import { verifyEvidence } from './verify.ts'

if (import.meta.main) process.exitCode = main(process.argv.slice(2))

function main(argv: readonly string[]): number {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { policy: { type: 'string' } },
  })
  const folder = positionals[0] ?? '.'
  const policyFile = values.policy ?? path.join(folder, POLICY_FILE)
  const rulesFile = path.join(folder, RULES_FILE)
  const rules = existsSync(rulesFile)
    ? parseChainRules(readFileSync(rulesFile, 'utf8'))
    : STRICT_RULES
  const policy = parseTrustPolicy(readFileSync(policyFile, 'utf8'))
  const { isGood, findings, checkpoints, results } = verifyEvidence(folder, { policy, rules })
  for (const { origin, size } of checkpoints) process.stdout.write(`${origin}: ${size} records\n`)
  for (const finding of findings) process.stdout.write(`${describe(finding)}\n`)
  process.stdout.write(`${results.length} results, ${findings.length} findings\n`)
  return isGood ? 0 : 1
}

function describe({ code, log, index, file, detail }: Finding): string {
  const place = [log, index === undefined ? undefined : `record ${index}`, file]
  return [code, ...place, detail].filter((part) => part).join('  ')
}
