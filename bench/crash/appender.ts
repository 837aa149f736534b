// A process that is killed: it appends to the log as a gateway does and says what it was
// acknowledged. Arguments: database URL, guard file, key (PKCS #8, base64), `business` or `direct`.
import { createPrivateKey } from 'node:crypto'
import { sql } from 'kysely'
import { openFileGuard } from '#evidence/fork-guard'
import { openEvidence } from '#evidence/log'
import { ed25519NoteSigner } from '#evidence/note-signer'
import type { Receipt } from '#evidence/receipt'
import { systemClock } from '#runtime/clock'
import { openStore } from '#runtime/store/open-store'
import { DRAFT } from '../ledger/bench-log.ts'
import { type Acknowledged, CRASH_ORIGIN, CRASH_SPACE } from './acknowledged.ts'

const [url = '', guardFile = '', encoded = '', mode = ''] = process.argv.slice(2)
const key = createPrivateKey({ key: Buffer.from(encoded, 'base64'), format: 'der', type: 'pkcs8' })
const db = await openStore<Record<string, never>>({ url, party: 'crash' })
const guard = await openFileGuard(guardFile, CRASH_ORIGIN)
const signer = ed25519NoteSigner(CRASH_ORIGIN, key)
const evidence = await openEvidence({ db, spaceId: CRASH_SPACE, signer, guard, clock: systemClock })

function acknowledge({ index, leafHash, checkpoint }: Receipt, ticket?: string): void {
  const said: Acknowledged = { index, leafHash, checkpoint, ...(ticket && { ticket }) }
  process.stdout.write(`${JSON.stringify(said)}\n`)
}

async function business(): Promise<void> {
  const appended = await db.transaction().execute(async (tx) => {
    const done = await evidence.append(tx, DRAFT)
    await sql`insert into business (ticket) values (${done.ticket})`.execute(tx)
    return done
  })
  acknowledge(await evidence.receipt(appended), appended.ticket)
}

async function direct(): Promise<void> {
  acknowledge(await evidence.record(DRAFT))
}

const work = mode === 'business' ? business : direct
const client = async () => {
  for (;;) await work()
}
process.stdout.write('ready\n')
// A database that goes away ends the process, as its supervisor would see it end.
await Promise.all(Array.from({ length: 8 }, client)).catch(() => process.exit(1))
