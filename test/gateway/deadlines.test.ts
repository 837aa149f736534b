import t from 'tap'
import { sweep } from '#gateway/sweeper'
import { Counterparts } from './support/counterparts.ts'
import { openTestGateway, type TestGateway } from './support/gateway.ts'

/** Moves the clock past a deadline and sweeps on every replica, as if at once. */
async function expire(gateway: TestGateway, ms: number): Promise<number> {
  gateway.space.clock.advance(ms)
  const counts = await Promise.all(gateway.replicas.map((replica) => sweep(replica)))
  return counts.reduce((sum, count) => sum + count, 0)
}

t.test('what was released counts, although a void was being asked for', async (t) => {
  const gateway = await openTestGateway(t, { replicas: 1 })
  const parties = new Counterparts(gateway)
  const { release } = parties.members
  const request = await parties.playTo('releasing')
  const slow = await parties.leased(release, 'release')
  await expire(gateway, 120_000)
  t.match((await parties.state(request)).json, { stage: 'releasing', code: 'RELEASE_UNAVAILABLE' })
  const voiding = await parties.leased(release, 'void-session')
  await parties.refuse(release, voiding, 'SESSION_ENDED')
  const again = await parties.leased(release, 'release')
  t.not(again.task, slow.task, 'it is asked for once more')
  await parties.done(release, again, { release: await parties.release(again) })
  const { json } = await parties.state(request)
  t.match(json, { stage: 'released', release: String })
  t.notOk(json.code)
})

t.test('every stage has a deadline, and one replica of two acts on it', async (t) => {
  const gateway = await openTestGateway(t)
  const parties = new Counterparts(gateway)
  const { release } = parties.members

  t.test('nobody opens a session', async (t) => {
    const request = await parties.playTo('opening')
    t.equal(await expire(gateway, 59_999), 0, 'not before')
    t.equal(await expire(gateway, 1), 1)
    t.match((await parties.state(request)).json, { stage: 'void', code: 'RELEASE_UNAVAILABLE' })
  })

  const stages = [
    ['advertising', 60_000, 'HOLDER_UNAVAILABLE'],
    ['confirming', 120_000, 'RELEASE_UNAVAILABLE'],
    ['computing', 300_000, 'HOLDER_UNAVAILABLE'],
    ['releasing', 120_000, 'RELEASE_UNAVAILABLE'],
  ] as const
  for (const [stage, ms, code] of stages) {
    t.test(`nobody moves on from ${stage}`, async (t) => {
      const request = await parties.playTo(stage)
      t.equal(await expire(gateway, ms), 1)
      t.match((await parties.state(request)).json, { stage, code }, 'a void is asked for')
      t.equal(await expire(gateway, 120_000), 1)
      const { json } = await parties.state(request)
      t.match(json, { stage: 'void', code }, 'and not waited for without end')
      t.notOk(json.void)
      for (const party of [release, ...parties.holders]) await parties.drain(party)
    })
  }

  t.test('a signature that comes later still reaches the holders', async (t) => {
    const request = await parties.playTo('advertising')
    await expire(gateway, 60_000)
    const task = await parties.leased(release, 'void-session')
    await expire(gateway, 120_000)
    await parties.done(release, task, { void: await parties.void(task) })
    t.match((await parties.state(request)).json, { stage: 'void', void: String })
    t.equal((await parties.lease(parties.members.jinan))?.kind, 'note-void')
  })
})

t.test('blobs are scrubbed when their time is over', async (t) => {
  const gateway = await openTestGateway(t, { replicas: 1, timing: { retentionMs: 3_600_000 } })
  const parties = new Counterparts(gateway)
  await parties.playTo('released')
  const [replica] = gateway.replicas
  const blobs = async () =>
    (await replica?.db.selectFrom('session_blob').selectAll().execute())?.length
  await expire(gateway, 3_600_000)
  t.equal(await blobs(), 6, 'one key, three ciphertexts, table and copy')
  await expire(gateway, 1)
  t.equal(await blobs(), 0)
})
