#!/usr/bin/env node
import { createInterface } from 'node:readline/promises'
import { systemRandom } from '#crypto/random'
import { endWithReader } from '#evidence/verifier-terminal'
import { systemClock } from '#runtime/clock'
import { runBaotu } from './run.ts'

/** Asks on the terminal; false where nobody sits at one. */
async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) return false
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^(y|yes|是)$/i.test((await terminal.question(`${question} [y/N] `)).trim())
  } finally {
    terminal.close()
  }
}

if (import.meta.main) {
  const interrupt = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // The second one does not wait for anybody.
    process.on(signal, () => (interrupt.signal.aborted ? process.exit(130) : interrupt.abort()))
  }
  endWithReader()
  process.exitCode = await runBaotu(process.argv.slice(2), {
    stdout: process.stdout,
    stderr: process.stderr,
    cwd: process.cwd(),
    now: () => systemClock.now(),
    random: systemRandom,
    interrupted: interrupt.signal,
    confirm,
  })
}
