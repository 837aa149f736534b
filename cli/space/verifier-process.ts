import { spawn } from 'node:child_process'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import type { Language } from '../language.ts'
import type { ExportedEvidence } from './export-evidence.ts'

const VERIFIER = path.resolve(import.meta.dirname, '..', '..', 'evidence', 'verifier-main.ts')

/**
 * Runs the offline verifier over exported evidence, as a process of its own without network code
 * or keys. Exit code 0: nothing found; 1: something found; 2: could not be judged.
 */
export async function runVerifierProcess(
  { folder, policyFile }: Pick<ExportedEvidence, 'folder' | 'policyFile'>,
  language: Language,
): Promise<{ readonly code: number; readonly output: string }> {
  const args = [VERIFIER, folder, '--policy', policyFile, '--lang', language]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const [output, errors, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number>((resolve) => child.on('close', (status) => resolve(status ?? 2))),
  ])
  return { code, output: `${output}${errors}` }
}
