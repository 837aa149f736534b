import t from 'tap'
import { FAULT_POINTS } from '#runtime/fault-point'
import { AT_START, LATER, openArmedSpace } from './support/armed-space.ts'
import { type Books, disagreements, openEnds, readBooks } from './support/books.ts'
import { faultRound } from './support/fault-round.ts'
import { Records } from './support/records.ts'
import { scenarioOf } from './support/scenarios.ts'

// The most dangerous place of each kind of process; all of them: npm run bench -- faults.
const POINTS = [
  'connector.submission.after-store',
  'release.outcome.after-store',
  'gateway.released.after-store',
  'witness.cosigned.after-store',
] as const

const NOTHING = { faults: [], audit: { faults: [], forks: 0, lost: 0 } }

t.test('a party that dies by kill -9 comes back, and everything came out once', async (t) => {
  await using armed = await openArmedSpace(1, LATER)
  const { tiny } = armed
  for (const [name, point] of AT_START.filter(([name]) => name !== 'authority')) {
    const nth = point === 'migration-applied' ? 2 : 1
    t.ok(await armed.startDying(name, point, nth), `${name} died at ${point}`)
  }
  const records = new Records(tiny)
  for (const point of POINTS) {
    const report = await faultRound(armed, records, point)
    t.match(report, { point, isReached: true, ...NOTHING }, `${point}: ${report.pending}`)
  }
  for (const point of ['gateway.refused.after-store', 'gateway.expired.after-store'] as const) {
    t.match(await scenarioOf(point)(tiny), { kind: 'ended' })
  }
  const { kind } = await scenarioOf('connector.void.after-store')(tiny)
  t.equal(kind, 'ended')
  for (let waited = 0; waited < 40 && openEnds(await readBooks(tiny)).length > 0; waited += 1) {
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  for (const [name, point] of AT_START.filter(([name]) => name === 'authority')) {
    t.ok(await armed.startDying(name, point), `${name} died at ${point}`)
  }
  const reached = armed.reached()
  const never = FAULT_POINTS.filter((point) => !reached.has(point))
  t.same(never, [], 'every fault point is come by in some scenario')
  const books = await readBooks(tiny)
  t.same(disagreements(books), [])
  for (const [name, forge] of Object.entries(FORGERIES)) {
    t.not(disagreements({ ...books, ...forge(books) }).length, 0, `would be seen: ${name}`)
  }
})

type Forge = (books: Books) => Partial<Books>

/** What a crash could have done to the books, had it done harm. */
const FORGERIES: Readonly<Record<string, Forge>> = {
  'a budget spent twice': ({ counters }) => ({
    counters: counters.map((counter) => ({ ...counter, used: counter.used + 1 })),
  }),
  'a budget lost': ({ reservations }) => ({ reservations: reservations.slice(1) }),
  'a holder that reserved twice': ({ ledgers }) => ({
    ledgers: { jinan: (ledgers['jinan'] ?? []).map((one) => ({ ...one, reservations: 2 })) },
  }),
  'a submission counted twice': ({ attempts }) => ({
    attempts: attempts.map((attempt) => {
      return { ...attempt, holders: [...attempt.holders, ...attempt.holders] }
    }),
  }),
  'a released and voided session': ({ attempts }) => ({
    attempts: attempts.map((attempt) => ({ ...attempt, void_jws: 'x', release_jws: 'x' })),
  }),
  'a release that the authority did not sign': ({ release }) => ({
    release: release.map((session) => ({ ...session, outcome: 'x' })),
  }),
  'a submission that its holder does not know': ({ ledgers }) => ({
    ledgers: Object.fromEntries(
      Object.entries(ledgers).map(([bureau, sessions]) => {
        return [bureau, sessions.map((one) => ({ ...one, submission: null }))]
      }),
    ),
  }),
}
