import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { ask } from '#sdk/ask'
import { TINY } from '#test/support/tiny-policies'
import type { TinySpace } from '#test/support/tiny-space'
import { openArmedSpace } from './support/armed-space.ts'
import { disagreements, readBooks } from './support/books.ts'
import { isExact } from './support/fault-round.ts'
import { Records } from './support/records.ts'

// What PostgreSQL does when a table cannot grow (53100, errors.txt): the statement fails, its
// transaction is undone, the server goes on. A full disk below its log ends the server instead,
// which is the crash that npm run bench -- faults has.
const FULL = body(`raise exception 'could not extend file' using errcode = '53100';`)
const ROOM = body('return null;')

// One table at a time: the gateway at work would deadlock with one that waits for all of them.
const WATCH = `
do $$ declare place record; begin
  for place in select table_schema, table_name from information_schema.tables
    where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'
  loop
    execute format('create trigger full_disk before insert or update on %I.%I
      for each statement execute function full_disk()', place.table_schema, place.table_name);
    commit;
  end loop;
end $$`

function body(statement: string): string {
  return `create or replace function full_disk() returns trigger language plpgsql
    as $$ begin ${statement} end $$`
}

function onGateway({ select }: TinySpace, sql: string): Promise<unknown> {
  return select(TINY.gateway, sql)
}

t.test(
  'a full disk refuses with 503, nothing is lost, and it goes on when there is room',
  async (t) => {
    await using armed = await openArmedSpace()
    const { tiny } = armed
    const records = new Records(tiny)
    await onGateway(tiny, ROOM)
    await onGateway(tiny, WATCH)
    await onGateway(tiny, FULL)
    const full = await ask(tiny.bank, await tiny.question(), { timeoutMs: 1500 }).catch(
      (error: unknown) => error,
    )
    t.match(full, { status: 503, remoteCode: /^(UNAVAILABLE|EVIDENCE_UNAVAILABLE)$/ })
    await onGateway(tiny, ROOM)
    const { attempts, reservations } = await readBooks(tiny)
    t.same({ attempts, reservations }, { attempts: [], reservations: [] }, 'nothing was done')

    let filled: Promise<unknown> | undefined
    const answered = await ask(tiny.bank, await tiny.question(), {
      attempts: 2,
      progress: (stage) => {
        if (stage !== 'computing' || filled !== undefined) return
        filled = onGateway(tiny, FULL)
          .then(() => delay(2500))
          .then(() => onGateway(tiny, ROOM))
      },
    })
    t.ok(filled, 'the disk was full in mid-session')
    await filled
    t.ok(isExact(answered, tiny), 'the answer is exact')
    records.keep(answered)
    t.same(disagreements(await readBooks(tiny)), [])
    t.same(await records.audit(), { faults: [], forks: 0, lost: 0 })
  },
)
