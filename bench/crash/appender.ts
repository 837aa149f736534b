// A process that is killed: it appends to the log as a gateway does and says what it was
// acknowledged. Arguments: database URL, guard file, key (PKCS #8, base64), `business` or `direct`.
import { createPrivateKey } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import { openFileGuard } from '#evidence/fork-guard'
import { type Evidence, openEvidence } from '#evidence/log'
import { ed25519NoteSigner } from '#evidence/note-signer'
import type { Receipt } from '#evidence/receipt'
import { systemClock } from '#runtime/clock'
import { openStore } from '#runtime/store/open-store'
import { DRAFT } from '../ledger/bench-log.ts'
import { type Acknowledged, CRASH_ORIGIN, CRASH_SPACE } from './acknowledged.ts'

/** One client's work: appends in a business transaction or by itself, says what was acknowledged. */
async function acknowledgeOne(db: Kysely<never>, evidence: Evidence, mode: string): Promise<void> {
  if (mode !== 'business') return acknowledge(await evidence.record(DRAFT))
  const appended = await db.transaction().execute(async (tx) => {
    const done = await evidence.append(tx, DRAFT)
    await sql`insert into business (ticket) values (${done.ticket})`.execute(tx)
    return done
  })
  acknowledge(await evidence.receipt(appended), appended.ticket)
}

function acknowledge({ index, leafHash, checkpoint }: Receipt, ticket?: string): void {
  const said: Acknowledged = { index, leafHash, checkpoint, ...(ticket && { ticket }) }
  process.stdout.write(`${JSON.stringify(said)}\n`)
}

async function appendUntilKilled(args: readonly string[]): Promise<never> {
  const [url = '', guardFile = '', encoded = '', mode = ''] = args
  const key = createPrivateKey({
    key: Buffer.from(encoded, 'base64'),
    format: 'der',
    type: 'pkcs8',
  })
  const db = await openStore<never>({ url, party: 'crash' })
  const guard = await openFileGuard(guardFile, CRASH_ORIGIN)
  const signer = ed25519NoteSigner(CRASH_ORIGIN, key)
  const clock = systemClock
  const evidence = await openEvidence({ db, spaceId: CRASH_SPACE, signer, guard, clock })
  process.stdout.write('ready\n')
  const client = async () => {
    for (;;) await acknowledgeOne(db, evidence, mode)
  }
  // A database that goes away ends the process, as its supervisor would see it end.
  await Promise.all(Array.from({ length: 8 }, client)).catch(() => undefined)
  process.exit(1)
}

if (import.meta.main) await appendUntilKilled(process.argv.slice(2))
