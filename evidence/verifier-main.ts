/**
 * `node evidence/verifier-main.ts <folder> …`: the verifier as a program of its own. It imports no
 * package and no party's code, so it runs where nothing but Node and this folder is.
 */
import { runVerifier } from './verifier.ts'
import { verifierTerminal } from './verifier-terminal.ts'

if (import.meta.main) process.exitCode = runVerifier(process.argv.slice(2), verifierTerminal())
