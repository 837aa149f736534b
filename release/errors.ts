/** Why the release authority did not do a task. Public: listed in docs/errors.md. */
export type ReleaseErrorCode = 'SESSION_LOST' | 'SESSION_ENDED' | 'RELEASE_BUSY' | 'AUDITOR_MISSING'

/** A task that cannot be done; never says anything of what was decrypted. */
export class ReleaseError extends Error {
  override readonly name = 'ReleaseError'
  readonly code: ReleaseErrorCode

  constructor(code: ReleaseErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
