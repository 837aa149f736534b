import t from 'tap'
import { LEDGER_MIGRATIONS } from '#connectors/ledger/migrations'
import { PostgresLedger } from '#connectors/ledger/postgres-ledger'
import type { LedgerDatabase } from '#connectors/ledger/schema'
import { systemRandom } from '#crypto/random'
import { openStore } from '#runtime/store/open-store'
import { holderLedgerContract, reservation } from '../contract/holder-ledger.ts'
import { testDatabase } from '../support/database.ts'

async function open(spaceId = 'urn:baotu:space:a') {
  const url = await testDatabase(t, [LEDGER_MIGRATIONS])
  const db = await openStore<LedgerDatabase>({ url, party: 'connector' })
  t.teardown(() => db.destroy())
  const ledgerOf = (space: string) => new PostgresLedger(db, space, systemRandom)
  return { ledger: ledgerOf(spaceId), reopened: () => ledgerOf(spaceId), ledgerOf }
}

t.test('the contract of a ledger', (t) => holderLedgerContract(t, open))

t.test('two spaces of one holder share nothing', async (t) => {
  const { ledger, ledgerOf } = await open()
  const spends = [{ counter: 'k', amount: 1, limit: 9, windowMs: undefined }]
  await ledger.transaction((tx) => ledger.reserve(tx, reservation('a', { spends })))
  const other = ledgerOf('urn:baotu:space:b')
  t.equal(await other.find('a'), undefined)
  t.same(await other.spent(Date.now()), {})
  await other.transaction((tx) => other.reserve(tx, reservation('a')))
  t.same(await other.spent(Date.now()), {})
})
