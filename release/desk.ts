import type { SessionCell } from '#crypto/he/session-cells'
import type { Random } from '#crypto/random'
import type { Signer } from '#crypto/sign/jws'
import type { Evidence } from '#evidence/log'
import type { OpeningStore } from '#evidence/opening-store'
import type { GatewayLink } from '#protocol/gateway-link'
import type { Desk } from '#protocol/session-papers'
import type { LiveSessions } from './live-sessions.ts'
import type { SessionStore } from './store/session-store.ts'

/** What the release authority's handlers work with. */
export interface ReleaseDesk {
  readonly did: string
  readonly auditor: string
  readonly store: SessionStore
  readonly live: LiveSessions
  readonly link: GatewayLink
  readonly evidence: Evidence
  /** What the salted digests of its log stand for, kept for so many ms. */
  readonly openings: OpeningStore
  readonly disclosableMs: number
  readonly random: Random
  readonly now: () => number
  /** How long a session's key lives, in ms. */
  readonly sessionMs: number
  readonly signer: () => Signer
  /** The current directory and the pinned counterparts. */
  readonly open: () => Promise<Desk>
  /** A fresh key pair in a disposable worker. */
  readonly createKeys: () => Promise<SessionCell>
}
