import t from 'tap'
import { openEncryptCells } from '#crypto/he/encrypt-cells'
import { createSum } from '#crypto/he/evaluate'
import { TAB } from '#crypto/he/parameters'
import { openCell, openCellPool } from '#crypto/he/pool'
import { openSessionCells, type SessionJobs } from '#crypto/he/session-cells'
import { packResidues } from '#crypto/he/wire'
import type { TryingJobs } from '../support/trying-cell.ts'
import { uniformResidues, uniformVector } from '../support/vectors.ts'
import type { WatchedJobs } from '../support/watched-session-cell.ts'

const options = { set: TAB, memoryMb: 64, deadlineMs: 30_000 }
const trying = new URL('../support/trying-cell.ts', import.meta.url)
const watched = new URL('../support/watched-session-cell.ts', import.meta.url)
const mask = (1n << BigInt(TAB.plainBits)) - 1n

t.test('holders encrypt, the release authority opens the sum', async (t) => {
  await using sessions = openSessionCells(options)
  await using encrypts = openEncryptCells(options)
  await using session = await sessions.open()
  await using holder = await encrypts.open(session.publicKey)
  const vectors = [uniformVector(TAB), uniformVector(TAB), uniformVector(TAB)]
  const wires = await holder.encrypt(vectors)
  const sum = createSum(TAB)
  for (const wire of wires) sum.add(wire)
  const [opened] = await session.open([sum.finish()])
  const total = (i: number) => vectors.reduce((all, vector) => all + (vector[i] ?? 0n), 0n) & mask
  t.same(
    opened,
    new BigUint64Array(TAB.degree).map((_, i) => total(i)),
  )
  t.ok(
    vectors.every((vector) => vector.some((value) => value !== 0n)),
    'the caller keeps its vectors',
  )
  await session.wipe()
  await t.rejects(session.open([sum.finish()]), { code: 'HE_CELL_CLOSED' })
  await session.wipe()
})

t.test('sessions have different keys and cannot open each other', async (t) => {
  await using sessions = openSessionCells(options)
  await using encrypts = openEncryptCells(options)
  await using first = await sessions.open()
  await using second = await sessions.open()
  await using holder = await encrypts.open(first.publicKey)
  const vector = uniformVector(TAB)
  const sum = createSum(TAB)
  for (const wire of await holder.encrypt([vector])) sum.add(wire)
  const [right] = await first.open([sum.finish()])
  const [wrong] = await second.open([sum.finish()])
  t.same(right, vector)
  t.ok(wrong?.every((value, i) => i > 64 || value !== vector[i]))
})

t.test('a cell that is out of memory is replaced, others go on', async (t) => {
  await using pool = openCellPool<TryingJobs>(trying, { ...options, memoryMb: 32 })
  await using other = await pool.take()
  await using hungry = await pool.take()
  const [eaten, echoed] = await Promise.allSettled([
    hungry.run('eat', null),
    other.run('echo', Uint8Array.of(1)),
  ])
  t.match(eaten, { status: 'rejected', reason: { code: 'HE_OUT_OF_MEMORY' } })
  t.same(echoed, { status: 'fulfilled', value: Uint8Array.of(1) })
  await t.rejects(hungry.run('echo', Uint8Array.of(2)), { code: 'HE_CELL_CLOSED' })
  await using next = await pool.take()
  t.same(await next.run('echo', Uint8Array.of(3)), Uint8Array.of(3))
  t.same(await other.run('echo', Uint8Array.of(4)), Uint8Array.of(4))
})

t.test('whatever ends a cell is an error of that job and of every later one', async (t) => {
  const cases = [
    ['hoard', 'HE_OUT_OF_MEMORY'],
    ['crash', 'HE_ENGINE'],
    ['exit', 'HE_CELL_CLOSED'],
  ] as const
  for (const [job, code] of cases) {
    await using cell = await openCell<TryingJobs>(trying, options)
    const [failed, queued] = await Promise.allSettled([
      cell.run(job, null),
      cell.run('crash', null),
    ])
    t.match(failed, { status: 'rejected', reason: { code } }, job)
    t.match(queued, { status: 'rejected', reason: { code: 'HE_CELL_CLOSED' } })
  }
  await using cell = await openCell<TryingJobs>(trying, options)
  await t.rejects(cell.run('constructor' as never, null as never), { code: 'HE_ENGINE' })
})

t.test('a job that never ends meets its deadline', async (t) => {
  await using cell = await openCell<TryingJobs>(trying, { ...options, deadlineMs: 3000 })
  await t.rejects(cell.run('spin', null), { code: 'HE_DEADLINE' })
})

t.test('a cell that cannot start refuses', async (t) => {
  await t.rejects(openCell(trying, { ...options, memoryMb: 1 }), { code: 'HE_PARAMETERS' })
  await t.rejects(openCell(new URL('./absent.ts', import.meta.url), options), { code: 'HE_ENGINE' })
  const pool = openCellPool<TryingJobs>(trying, options)
  await pool[Symbol.asyncDispose]()
  await t.rejects(pool.take(), { code: 'HE_CELL_CLOSED' })
})

t.test('a refused key or vector ends an encrypt cell', async (t) => {
  await using encrypts = openEncryptCells(options)
  await t.rejects(encrypts.open(new Uint8Array(55881)), { code: 'HE_WIRE' })
  await using sessions = openSessionCells(options)
  await using session = await sessions.open()
  await using holder = await encrypts.open(session.publicKey)
  await t.rejects(holder.encrypt([new BigUint64Array(5)]), { code: 'HE_COEFFICIENTS' })
  await t.rejects(holder.encrypt([uniformVector(TAB)]), { code: 'HE_CELL_CLOSED' })
  const foreign = createSum(TAB)
  foreign.add(packResidues(uniformResidues(TAB)))
  t.equal((await session.open([foreign.finish()])).length, 1, 'random residues open to noise')
})

t.test('a session cell makes one key and opens nothing before it', async (t) => {
  const entry = new URL('../../../crypto/he/session-cell.ts', import.meta.url)
  await using pool = openCellPool<SessionJobs>(entry, options)
  await using one = await pool.take()
  await one.run('init', null)
  await t.rejects(one.run('init', null), { code: 'HE_ENGINE' })
  await using other = await pool.take()
  await t.rejects(other.run('open', []), { code: 'HE_ENGINE' })
})

t.test('after wiping no byte of the secret key is left in the engine', async (t) => {
  await using cell = await openCell<WatchedJobs>(watched, options)
  await cell.run('init', null)
  // Positive control: the search finds the key while the session lives.
  t.match(await cell.run('look', null), { found: true })
  await cell.run('wipe', null)
  t.same(await cell.run('look', null), { found: false, nonZero: 0 })
})
