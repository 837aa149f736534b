import type { VerifierIo } from './verifier.ts'

/**
 * This process as the verifier's surroundings. Whoever reads the output may have seen enough
 * (`| head`): that ends the program, and the exit code stays the verdict.
 */
export function verifierTerminal(): VerifierIo {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit()
  })
  return {
    cwd: process.cwd(),
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
  }
}
