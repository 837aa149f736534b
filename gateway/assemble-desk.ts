import type { Kysely } from 'kysely'
import type { KeyProvider } from '#crypto/sign/key-provider'
import type { Evidence } from '#evidence/log'
import { OpeningStore } from '#evidence/opening-store'
import type { TaskQueue } from '#runtime/store/task-queue'
import { oneWriter, transactionsOf } from '#runtime/store/transaction'
import type { GatewayDesk } from './gateway-desk.ts'
import { Journal } from './journal.ts'
import { BlobStore } from './store/blob-store.ts'
import { BudgetStore } from './store/budget-store.ts'
import { HolderStore } from './store/holder-store.ts'
import { QueryStore } from './store/query-store.ts'
import { rowLocked } from './store/row-locked.ts'
import type { GatewayDatabase } from './store/schema.ts'
import { TaskStore } from './store/task-store.ts'
import { gatewayTasks } from './tasks.ts'

/** What a replica is given, before its stores are laid over it. */
export interface DeskParts
  extends Pick<
    GatewayDesk,
    | ('did' | 'spaceId' | 'release' | 'auditor' | 'signals' | 'verify' | 'directory')
    | ('snapshot' | 'random' | 'clock' | 'log' | 'timing')
  > {
  readonly db: Kysely<GatewayDatabase>
  readonly queue: TaskQueue
  readonly evidence: Evidence
  readonly keys: KeyProvider
}

// So many may ask for the last unit of one budget at once and be told the truth, not a conflict.
const COLLISIONS = 40

/** The desk of one replica over the shared database. */
export function assembleDesk(parts: DeskParts): GatewayDesk {
  const { db, queue, evidence, keys, ...given } = parts
  const { spaceId, did, clock, random } = given
  return {
    ...given,
    queries: new QueryStore(db, spaceId),
    holders: new HolderStore(db, spaceId),
    blobs: new BlobStore(db, spaceId),
    budgets: new BudgetStore(spaceId),
    leased: new TaskStore(db, spaceId),
    tasks: gatewayTasks(queue, spaceId, clock),
    journal: new Journal(evidence, did),
    openings: new OpeningStore(spaceId, random),
    transaction: rowLocked(db),
    serialisable: oneWriter(transactionsOf(db, { random, attempts: COLLISIONS })),
    signer: () => keys.signer(),
  }
}
