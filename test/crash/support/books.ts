import { bureauDid } from '#test/support/tiny-files'
import { TINY } from '#test/support/tiny-policies'
import { BUREAUS } from '#test/support/tiny-rows'
import type { TinySpace } from '#test/support/tiny-space'

/** One attempt as the gateway's database has it. */
export interface AttemptBook {
  readonly invitation: string
  readonly request: string
  readonly stage: string
  readonly release_jws: string | null
  readonly void_jws: string | null
  readonly holders: readonly {
    readonly submission: string | null
    readonly inputs: string[] | null
  }[]
}

/** One session as the release authority's or a holder's database has it. */
export interface SessionBook {
  readonly invitation: string
  readonly state: string
  readonly outcome?: string | null
  /** Of a holder: its reservations. */
  readonly reservations?: number
  readonly submission?: string | null
}

/** What the parties' own databases say, side by side. */
export interface Books {
  readonly attempts: readonly AttemptBook[]
  /** Requests that were permitted. */
  readonly permitted: readonly string[]
  /** What every budget says was used, and what its reservations come to. */
  readonly counters: readonly {
    readonly key: string
    readonly used: number
    readonly reserved: number
  }[]
  readonly reservations: readonly { readonly key: string; readonly request: string }[]
  readonly release: readonly SessionBook[]
  readonly ledgers: Readonly<Record<string, readonly SessionBook[]>>
}

/** Reads the books of everybody. */
export async function readBooks({ select }: TinySpace): Promise<Books> {
  const { gateway, release } = TINY
  const sql = <Row extends object>(did: string, text: string) =>
    select<Row & Record<string, unknown>>(did, text)
  const ledgers = BUREAUS.map(async (bureau) => {
    const did = bureauDid(bureau)
    return [bureau, await sql<SessionBook>(did, LEDGER)] as const
  })
  return {
    attempts: await sql<AttemptBook>(gateway, ATTEMPTS),
    permitted: (await sql<{ request: string }>(gateway, PERMITTED)).map(({ request }) => request),
    counters: await sql<Books['counters'][number]>(gateway, COUNTERS),
    reservations: await sql<Books['reservations'][number]>(gateway, RESERVATIONS),
    release: await sql<SessionBook>(release, SESSIONS),
    ledgers: Object.fromEntries(await Promise.all(ledgers)),
  }
}

const ATTEMPTS = `select invitation, request, stage, release_jws, void_jws,
  (select json_agg(json_build_object('submission', submission, 'inputs', inputs))
    from query_holder h where h.invitation = a.invitation) as holders
  from query_attempt a`
const PERMITTED = 'select request from query where refusal is null'
const COUNTERS = `select key, used::int, (select coalesce(sum(amount), 0)::int
  from budget_reservation r where r.key = c.key) as reserved from budget_counter c`
const RESERVATIONS = 'select key, request from budget_reservation'
const SESSIONS = 'select invitation, state, outcome from release_session'
const LEDGER = `select invitation, state, submission, (select count(*)::int
  from ledger_reservation r where r.invitation = s.invitation) as reservations
  from ledger_session s`

const ENDS = ['released', 'acknowledged', 'void']

/** What is still under way: attempts that have not ended, holders that a void has yet to reach. */
export function openEnds({ attempts, ledgers }: Books): string[] {
  return attempts.flatMap(({ invitation, stage, void_jws }) => [
    ...(ENDS.includes(stage) ? [] : [`attempt ${stage}`]),
    ...Object.entries(ledgers).flatMap(([bureau, sessions]) => {
      const own = sessions.find((session) => session.invitation === invitation)
      return void_jws !== null && own !== undefined && own.state !== 'void'
        ? [`${bureau} untold`]
        : []
    }),
  ])
}

/** Everything in which the books of a space that has come to rest do not agree. */
export function disagreements(books: Books): string[] {
  return [...budgetFaults(books), ...books.attempts.flatMap((one) => attemptFaults(one, books))]
}

function budgetFaults({ permitted, counters, reservations, attempts, ledgers }: Books): string[] {
  const keys = [...new Set(reservations.map(({ key }) => key))]
  const lost = permitted.flatMap((request) =>
    keys.filter((key) => {
      return reservations.filter((one) => one.key === key && one.request === request).length !== 1
    }),
  )
  const known = new Set(attempts.map(({ invitation }) => invitation))
  const holderFaults = Object.entries(ledgers).flatMap(([bureau, sessions]) =>
    sessions.flatMap(({ invitation, reservations: count }) => [
      ...(known.has(invitation) ? [] : [`${bureau} reserved for no attempt`]),
      ...(count === 1 ? [] : [`${bureau} reserved ${count} times`]),
    ]),
  )
  return [
    ...lost.map((key) => `budget ${key} not reserved once`),
    ...counters
      .filter((one) => one.used !== one.reserved)
      .map(({ key }) => `budget ${key} differs`),
    ...holderFaults,
  ]
}

function attemptFaults(attempt: AttemptBook, { release, ledgers }: Books): string[] {
  const { invitation, release_jws, void_jws, stage, holders } = attempt
  const session = release.find((one) => one.invitation === invitation)
  const isReleased = release_jws !== null
  const submitted = holders.flatMap(({ inputs }) => inputs ?? [])
  const states = Object.values(ledgers).map((sessions) => {
    return sessions.find((one) => one.invitation === invitation)
  })
  const checks: readonly (readonly [isWrong: boolean, what: string])[] = [
    [isReleased && void_jws !== null, 'released and voided'],
    [
      isReleased !== (stage === 'released' || stage === 'acknowledged'),
      'stage without its release',
    ],
    [isReleased && session?.outcome !== release_jws, 'another release than the authority’s'],
    [void_jws !== null && session?.outcome !== void_jws, 'another void than the authority’s'],
    [session?.state === 'released' && stage === 'void' && void_jws !== null, 'void of a release'],
    [new Set(submitted).size !== submitted.length, 'a ciphertext counted twice'],
    [
      isReleased && holders.some(({ submission }) => submission === null),
      'released without a part',
    ],
    [isReleased && states.some((one) => one?.state !== 'submitted'), 'released, ledger disagrees'],
    [
      holders.some(({ submission }) => {
        return submission !== null && !states.some((one) => one?.submission === submission)
      }),
      'a submission that no ledger holds',
    ],
  ]
  return checks.filter(([isWrong]) => isWrong).map(([, what]) => what)
}
