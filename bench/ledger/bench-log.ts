import { generateKeyPairSync } from 'node:crypto'
import path from 'node:path'
import type { Kysely } from 'kysely'
import type { EntryDraft } from '#evidence/entry'
import { openFileGuard } from '#evidence/fork-guard'
import { type Evidence, openEvidence } from '#evidence/log'
import { EVIDENCE_MIGRATIONS } from '#evidence/migrations'
import { ed25519NoteSigner } from '#evidence/note-signer'
import { systemClock } from '#runtime/clock'
import { openStore } from '#runtime/store/open-store'
import type { DurableDatabase } from './durable-database.ts'

const ORIGIN = 'gateway.example/bench'
const { privateKey } = generateKeyPairSync('ed25519')

/** An entry as a query's first step writes it: 470 bytes. */
export const DRAFT: EntryDraft = {
  type: 'request.received',
  actor: 'did:web:bank.example',
  request: digest('a'),
  consumer: 'did:web:bank.example',
  contract: digest('b'),
  reference: digest('c'),
}

export interface BenchLog extends AsyncDisposable {
  readonly db: Kysely<Record<string, never>>
  readonly evidence: Evidence
}

/** A log with its guard on the disk that the database is on. */
export async function openBenchLog(database: DurableDatabase): Promise<BenchLog> {
  const url = await database.url()
  const db = await openStore<Record<string, never>>({
    url,
    party: 'bench',
    migrations: [EVIDENCE_MIGRATIONS],
    maxConnections: 20,
  })
  const guard = await openFileGuard(path.join(database.folder, `guard-${process.pid}`), ORIGIN)
  const signer = ed25519NoteSigner(ORIGIN, privateKey)
  const clock = systemClock
  const evidence = await openEvidence({ db, spaceId: 'urn:bench', signer, guard, clock })
  return {
    db,
    evidence,
    [Symbol.asyncDispose]: async () => {
      await evidence[Symbol.asyncDispose]()
      await db.destroy()
    },
  }
}

function digest(letter: string): string {
  return `sha256-${letter.repeat(64)}`
}
