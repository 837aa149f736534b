import type { PolicyRefusalCode } from '#protocol/policy-judgement'
import type { Problem } from '#runtime/problem'
import type { ChainLink } from '../decision/chain-check.ts'

/** Why a question was refused for good. Public: listed in docs/errors.md, never renamed. */
export type DenialCode = PolicyRefusalCode | 'DENY_LIMIT' | 'CHAIN_BROKEN'

/** A question that was judged and refused; the refusal stands in the log and in the store. */
export class DeniedError extends Error {
  override readonly name = 'DeniedError'
  readonly code: DenialCode
  /** For a broken chain every link that is missing. */
  readonly places: NonNullable<Problem['places']> | undefined

  constructor(code: DenialCode, broken: readonly ChainLink[] = []) {
    super(`the question is refused: ${code}`)
    this.code = code
    this.places =
      broken.length === 0
        ? undefined
        : broken.map(({ link, id, fault }) => ({ in: link, pointer: id, rule: fault ?? '' }))
  }
}
