import type { Random } from '#crypto/random'
import type { Signer } from '#crypto/sign/jws'
import type { Evidence } from '#evidence/log'
import type { GatewayLink } from '#protocol/gateway-link'
import type { StatedControls } from '#protocol/messages/session'
import type { AggregateQuestion, GroupPart } from '#protocol/plans/aggregate-question'
import type { Desk, OpenedSession } from '#protocol/session-papers'
import type { HolderLedger, Spending } from './ledger/holder-ledger.ts'
import type { Offers } from './ledger/offers.ts'
import type { Seal } from './seal.ts'
import type { HeldKeys } from './session-keys.ts'

/** What the holder's own policies say to a session. A refusal is an answer, never thrown. */
export type Judgement =
  | (JudgedBy & {
      readonly effect: 'permit'
      readonly controls: StatedControls
      /** What the session spends of the counters of those policies. */
      readonly spends: readonly Spending[]
    })
  | (JudgedBy & {
      readonly effect: 'deny'
      /** Why: for the holder alone, and for whom it opens its log to. */
      readonly code: string
    })

export interface JudgedBy {
  /** Digest of the policies that it was judged by, as the advert states it. */
  readonly policy: string
  /** The digest of each of them, for the holder's own log. */
  readonly policies: readonly string[]
}

/** One part's rows behind a push-down engine; see sources/source. */
export interface PartSource {
  version(): Promise<string>
  run(question: AggregateQuestion, deadlineMs: number): Promise<readonly GroupPart[]>
}

/** Encrypts coefficient arrays under a session's public key, in a disposable worker. */
export type Encrypt = (
  publicKey: Uint8Array,
  plaintexts: readonly BigUint64Array[],
) => Promise<readonly Uint8Array[]>

/** What a connector's handlers work with. */
export interface ConnectorDesk {
  readonly did: string
  readonly ledger: HolderLedger
  readonly keys: HeldKeys
  readonly link: GatewayLink
  readonly evidence: Evidence
  readonly offers: Offers
  readonly seal: Seal
  readonly random: Random
  readonly now: () => number
  readonly queryMs: number
  readonly signer: () => Signer
  /** The current directory and the pinned counterparts. */
  readonly open: () => Promise<Desk>
  readonly source: (product: string, part: string) => PartSource | undefined
  /** Deny by default: permits only what this holder's own policies permit. */
  readonly judge: (desk: Desk, session: OpenedSession) => Promise<Judgement>
  readonly encrypt: Encrypt
}
