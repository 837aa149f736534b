import t from 'tap'
import { digestBytes } from '#crypto/digest'
import { sweep } from '#gateway/sweeper'
import { KINDS } from '#protocol/message-kinds'
import type { SessionVoid } from '#protocol/messages/session'
import { requestDigest } from '#protocol/session'
import { Counterparts, payloadOf } from './support/counterparts.ts'
import { openTestGateway, type TestGateway } from './support/gateway.ts'
import { requestOf } from './support/request.ts'

/** Moves the clock past a deadline and sweeps on every replica, as if at once. */
async function expire(gateway: TestGateway, ms: number): Promise<number> {
  gateway.space.clock.advance(ms)
  const counts = await Promise.all(gateway.replicas.map((replica) => sweep(replica)))
  return counts.reduce((sum, count) => sum + count, 0)
}

t.test('a holder says no: the session is voided, and the same request is tried anew', async (t) => {
  const gateway = await openTestGateway(t)
  const parties = new Counterparts(gateway)
  const { release, jinan, qingdao, binzhou } = parties.members
  const asked = requestOf(gateway.space, gateway.world.snapshot)
  await parties.submit(asked)
  await parties.playOpening()
  const pending = await parties.leased(qingdao, 'advertise')
  const refused = await parties.leased(jinan, 'advertise')
  t.equal((await parties.refuse(jinan, refused, 'HOLDER_REFUSES')).status, 204)

  const request = requestDigest(asked)
  t.match((await parties.state(request)).json, { stage: 'advertising', code: 'HOLDER_REFUSED' })
  const advert = await parties.advert(qingdao, pending)
  const late = await parties.answer(qingdao, pending, { advert })
  t.match(late.json, { status: 409, code: 'SESSION_CLOSED' }, 'what others still send is late')
  t.equal(await parties.lease(binzhou), undefined, 'and nobody is asked any more')

  const task = await parties.leased(release, 'void-session')
  t.match(task.body, { reason: 'HOLDER_UNAVAILABLE' })
  await parties.done(release, task, { void: await parties.void(task) })
  const { json } = await parties.state(request)
  t.match(json, { stage: 'void', attempt: 1, code: 'HOLDER_REFUSED', void: String })
  for (const holder of parties.holders) {
    const note = await parties.leased(holder, 'note-void')
    t.equal((note.body as { void: string }).void, json.void)
    await parties.done(holder, note, {})
  }

  const again = await parties.submit(asked)
  t.match(again.json, { stage: 'opening', attempt: 2 })
  t.not(again.json.invitation, json.invitation)
  const [replica] = gateway.replicas
  const spent = await replica?.db.selectFrom('budget_counter').select('used').execute()
  t.same(spent, [{ used: 1n }], 'a retry costs nothing more')
  await parties.playOpening()
  await parties.playAdverts()
  t.match((await parties.state(request)).json, { stage: 'confirming', attempt: 2 })
})

t.test('a retry is judged again, and so often at most', async (t) => {
  const gateway = await openTestGateway(t, { replicas: 1, timing: { attempts: 2 } })
  const parties = new Counterparts(gateway)
  const { release } = parties.members
  const asked = requestOf(gateway.space, gateway.world.snapshot)
  const fail = async () => {
    const task = await parties.leased(release, 'open-session')
    await parties.refuse(release, task, 'RELEASE_BUSY')
  }
  await parties.submit(asked)
  await fail()
  const { json } = await parties.state(requestDigest(asked))
  t.match(json, { stage: 'void', code: 'RELEASE_REFUSED' }, 'nothing was opened, nothing to sign')
  t.notOk(json.void)
  const participants = gateway.space
    .document()
    .participants.map((entry) =>
      entry.did === parties.members.jinan.did ? { ...entry, state: 'suspended' as const } : entry,
    )
  gateway.world.directory = { serial: 2, participants }
  gateway.space.clock.advance(31_000)
  const denied = await parties.submit(asked)
  t.match(denied.json, { code: 'CHAIN_BROKEN', places: [{ rule: 'PARTICIPANT_INACTIVE' }] })
  gateway.world.directory = { serial: 3 }
  gateway.space.clock.advance(31_000)
  t.match((await parties.submit(asked)).json, { attempt: 2 }, 'a denied retry left it void')
  await fail()
  t.match((await parties.submit(asked)).json, { status: 409, code: 'ATTEMPTS_EXHAUSTED' })
})

t.test('a void must be the release authority’s, of this session and this transcript', async (t) => {
  const gateway = await openTestGateway(t, { replicas: 1 })
  const parties = new Counterparts(gateway)
  const { release, jinan } = parties.members
  const request = await parties.playTo('computing')
  const refused = await parties.leased(jinan, 'submit')
  await parties.refuse(jinan, refused, 'DATASET_CHANGED')
  const task = await parties.leased(release, 'void-session')
  const body = refused.body as { adverts: string[] }
  const transcript = await parties.transcript(task.body as never, body.adverts)
  const good: Partial<SessionVoid> = { transcript }
  const forged = await jinan.keys
    .signer()
    .sign(KINDS.void.typ, payloadOf<SessionVoid>(await parties.void(task, good)))
  const cases: readonly (readonly [string, string, string])[] = [
    ['by a holder', forged, 'SIGNATURE_REFUSED'],
    ['without the transcript', await parties.void(task), 'TRANSCRIPT_MISMATCH'],
    [
      'of another session',
      await parties.void(task, { ...good, sid: digestBytes(new Uint8Array(1)) }),
      'TRANSCRIPT_MISMATCH',
    ],
  ]
  for (const [name, jws, code] of cases) {
    t.match((await parties.answer(release, task, { void: jws })).json, { code }, name)
  }
  await parties.done(release, task, { void: await parties.void(task, good) })
  t.match((await parties.state(request)).json, { stage: 'void', code: 'HOLDER_REFUSED' }, 'control')
})

t.test('the release authority may void instead of releasing', async (t) => {
  const gateway = await openTestGateway(t, { replicas: 1 })
  const parties = new Counterparts(gateway)
  const { release } = parties.members
  const request = await parties.playTo('releasing')
  const task = await parties.leased(release, 'release')
  const { adverts } = task.body as { adverts: string[] }
  const transcript = await parties.transcript(task.body as never, adverts)
  const jws = await parties.void(task, { transcript, reason: 'INPUTS_REJECTED' })
  await parties.done(release, task, { void: jws })
  t.match((await parties.state(request)).json, { stage: 'void', code: 'INPUTS_REJECTED' })
})

t.test('what was released counts, although a void was being asked for', async (t) => {
  const gateway = await openTestGateway(t, { replicas: 1 })
  const parties = new Counterparts(gateway)
  const { release } = parties.members
  const request = await parties.playTo('releasing')
  const slow = await parties.leased(release, 'release')
  t.equal(await expire(gateway, 120_000), 1)
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
