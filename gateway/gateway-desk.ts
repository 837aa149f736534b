import type { Random } from '#crypto/random'
import type { Signer } from '#crypto/sign/jws'
import type { OpeningStore } from '#evidence/opening-store'
import type { Snapshot } from '#policies/compile'
import type { DirectorySource } from '#protocol/directory-source'
import type { Desk } from '#protocol/session-papers'
import type { VerifyJws } from '#protocol/signed'
import type { Clock } from '#runtime/clock'
import type { Log } from '#runtime/log'
import type { InTransaction } from '#runtime/store/transaction'
import type { Journal } from './journal.ts'
import type { BlobStore } from './store/blob-store.ts'
import type { BudgetStore } from './store/budget-store.ts'
import type { HolderStore } from './store/holder-store.ts'
import type { QuerySignals } from './store/query-signals.ts'
import type { QueryStore } from './store/query-store.ts'
import type { GatewayDatabase } from './store/schema.ts'
import type { TaskStore } from './store/task-store.ts'
import type { GatewayTasks } from './tasks.ts'
import type { Timing } from './timing.ts'

/** What every transition of a query works with. Replicas differ in nothing but their process. */
export interface GatewayDesk {
  readonly did: string
  readonly spaceId: string
  readonly release: string
  readonly auditor: string
  readonly queries: QueryStore
  readonly holders: HolderStore
  readonly blobs: BlobStore
  readonly budgets: BudgetStore
  readonly leased: TaskStore
  readonly tasks: GatewayTasks
  readonly signals: QuerySignals
  readonly journal: Journal
  /** What stands behind the log's digests, and for how long. */
  readonly openings: OpeningStore
  /** One transition of one attempt at a time: each locks its attempt's row first. */
  readonly transaction: InTransaction<GatewayDatabase>
  /** For what several requests share: budgets. Collisions are repeated. */
  readonly serialisable: InTransaction<GatewayDatabase>
  readonly signer: () => Signer
  readonly verify: VerifyJws
  readonly directory: DirectorySource
  readonly snapshot: () => Snapshot
  readonly random: Random
  readonly clock: Clock
  readonly log: Log
  readonly timing: Timing
}

/** What the gateway checks documents with at this instant. */
export async function deskNow(desk: GatewayDesk): Promise<Desk> {
  const { verify, spaceId, did, release, clock } = desk
  const counterparts = { spaceId, gateway: did, release }
  return { verify, directory: await desk.directory.current(), counterparts, now: clock.now() }
}

/** The instant of a transition, and the deadline that many ms later. */
export function instant({ clock }: GatewayDesk, afterMs = 0): Date {
  return new Date(clock.now() + afterMs)
}
