import { readFile } from 'node:fs/promises'
import { loadPolicy } from '#policies/load'
import type { Policy } from '#policies/policy'
import type { Space } from './load-space.ts'

/** A policy file that does not load; `cause` holds what is wrong in it. */
export class PolicyFileError extends Error {
  override readonly name = 'PolicyFileError'
  readonly code = 'SPACE_POLICY_INVALID'

  constructor(path: string, cause: unknown) {
    super(`${path}: ${cause instanceof Error ? cause.message : 'cannot be read'}`, { cause })
  }
}

/** The policies that a space lists, in its order. Throws PolicyFileError for the first bad one. */
export async function readPolicies({ file, resolve }: Space): Promise<Policy[]> {
  return Promise.all(
    file.policies.map(async (name) => {
      try {
        return loadPolicy(await readFile(resolve(name), 'utf8'))
      } catch (cause) {
        throw new PolicyFileError(name, cause)
      }
    }),
  )
}
