import type { VerifierIo } from './verifier.ts'

/**
 * Whoever reads the output may have seen enough (`| head`): that ends the program, is no failure of
 * its own and changes no verdict that the exit code has already.
 */
export function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit()
  })
}

/** This process as the verifier's surroundings. */
export function verifierTerminal(): VerifierIo {
  endWithReader()
  return {
    cwd: process.cwd(),
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
  }
}
