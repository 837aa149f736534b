import type { Test } from 'tap'
import type { HolderLedger, Reservation } from '#connectors/ledger/holder-ledger'

const AT = Date.parse('2026-06-01T00:00:00Z')
const DAY = 86_400_000

/** A reservation of the test, with what the case changes. */
export function reservation(invitation: string, change: Partial<Reservation> = {}): Reservation {
  return {
    invitation,
    sid: `sid of ${invitation}`,
    request: 'request',
    contract: 'urn:baotu:contract:test',
    consumer: 'did:web:bank.example',
    consumerGroup: null,
    advert: `advert of ${invitation}`,
    at: AT,
    cohorts: [{ part: 'tax', product: 'p', dataset: 'd', cohorts: 'c', columns: ['tax'] }],
    spends: [],
    ...change,
  }
}

/** What every holder's ledger must do; `reopened` is the same ledger after a restart. */
export async function holderLedgerContract(
  t: Test,
  open: () => Promise<{ ledger: HolderLedger; reopened: () => HolderLedger }>,
): Promise<void> {
  t.test('reserve, submit, and the same bytes after a restart', async (t) => {
    const { ledger, reopened } = await open()
    await ledger.transaction((tx) => ledger.reserve(tx, reservation('a')))
    t.match(await ledger.find('a'), { state: 'reserved', advert: 'advert of a' })
    const stored = {
      transcript: 'H',
      submission: 'jws',
      ciphertexts: [Uint8Array.of(1, 2), Uint8Array.of(3)],
    }
    const veto = { part: 'tax', group: 3, rule: 'OC2' }
    await ledger.transaction((tx) => ledger.submit(tx, 'a', stored, [veto]))
    const kept = await reopened().submission('a')
    t.equal(kept?.submission, 'jws')
    t.same(
      kept?.ciphertexts.map((bytes) => [...bytes]),
      [[1, 2], [3]],
    )
    t.same(await reopened().vetoes('a'), [veto])
  })

  t.test('a session is reserved once and submitted once', async (t) => {
    const { ledger } = await open()
    const reserve = () => ledger.transaction((tx) => ledger.reserve(tx, reservation('a')))
    await reserve()
    await t.rejects(reserve(), { code: 'LEDGER_CONFLICT' })
    const stored = { transcript: 'H', submission: 'jws', ciphertexts: [Uint8Array.of(1)] }
    const submit = (invitation: string) =>
      ledger.transaction((tx) => ledger.submit(tx, invitation, stored, []))
    await t.rejects(submit('b'), { code: 'LEDGER_CONFLICT' }, 'never reserved')
    await submit('a')
    await t.rejects(submit('a'), { code: 'LEDGER_CONFLICT' }, 'submitted already')
  })

  t.test('a void gives nothing back and closes the session', async (t) => {
    const { ledger } = await open()
    const spends = [{ counter: 'k', amount: 3, limit: 10, windowMs: undefined }]
    await ledger.transaction((tx) => ledger.reserve(tx, reservation('a', { spends })))
    const signed = { transcript: null, jws: 'signed void' }
    await ledger.transaction((tx) => ledger.markVoid(tx, 'a', signed))
    t.match(await ledger.find('a'), { state: 'void' })
    t.same(await ledger.spent(AT), { k: 3 })
    const stored = { transcript: 'H', submission: 'jws', ciphertexts: [] }
    const late = ledger.transaction((tx) => ledger.submit(tx, 'a', stored, []))
    await t.rejects(late, { code: 'LEDGER_CONFLICT' })
  })

  t.test('a void counts only for the session as it was read', async (t) => {
    const { ledger } = await open()
    await ledger.transaction((tx) => ledger.reserve(tx, reservation('a')))
    const stored = { transcript: 'H', submission: 'jws', ciphertexts: [Uint8Array.of(1)] }
    await ledger.transaction((tx) => ledger.submit(tx, 'a', stored, []))
    const note = (transcript: string | null) =>
      ledger.transaction((tx) => ledger.markVoid(tx, 'a', { transcript, jws: 'void' }))
    await t.rejects(note(null), { code: 'LEDGER_CONFLICT' }, 'read before it was submitted')
    await t.rejects(note('G'), { code: 'LEDGER_CONFLICT' })
    t.match(await ledger.find('a'), { state: 'submitted' })
    await note('H')
    await t.rejects(note('H'), { code: 'LEDGER_CONFLICT' }, 'noted already')
  })

  t.test('counters: never past the limit, and a window forgets what left it', async (t) => {
    const { ledger } = await open()
    const spends = [{ counter: 'daily', amount: 2, limit: 3, windowMs: DAY }]
    const reserve = (invitation: string, at: number) =>
      ledger.transaction((tx) => ledger.reserve(tx, reservation(invitation, { spends, at })))
    t.same(await reserve('a', AT), { daily: 2 }, 'with what the counter has come to')
    await t.rejects(reserve('b', AT + DAY - 1), { code: 'LEDGER_LIMIT' })
    t.same(await reserve('c', AT + DAY), { daily: 2 })
    const other = { spends: [{ counter: 'daily', amount: 1, limit: 3, windowMs: DAY }] }
    const last = reservation('d', { ...other, at: AT + DAY })
    t.same(await ledger.transaction((tx) => ledger.reserve(tx, last)), { daily: 3 })
    t.same(await ledger.spent(AT + DAY), { daily: 3 })
  })

  t.test('of forty racers for one unit exactly one wins', async (t) => {
    const { ledger, reopened } = await open()
    const spends = [{ counter: 'last', amount: 1, limit: 1, windowMs: undefined }]
    const other = reopened()
    const races = Array.from({ length: 40 }, (_, index) => {
      const racer = index % 2 === 0 ? ledger : other
      return racer.transaction((tx) => racer.reserve(tx, reservation(`r${index}`, { spends })))
    })
    const outcomes = await Promise.allSettled(races)
    t.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
    t.same(await ledger.spent(AT), { last: 1 })
  })

  t.test('a transaction that fails leaves nothing', async (t) => {
    const { ledger } = await open()
    const failing = ledger.transaction(async (tx) => {
      await ledger.reserve(tx, reservation('a'))
      throw new Error('the log could not be written')
    })
    await t.rejects(failing)
    t.equal(await ledger.find('a'), undefined)
  })
}
