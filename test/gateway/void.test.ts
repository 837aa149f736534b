import t from 'tap'
import { digestBytes } from '#crypto/digest'
import { KINDS } from '#protocol/message-kinds'
import type { SessionVoid } from '#protocol/messages/session'
import { requestDigest } from '#protocol/session'
import { Counterparts, payloadOf } from './support/counterparts.ts'
import { openTestGateway } from './support/gateway.ts'
import { requestOf } from './support/request.ts'

const gateway = await openTestGateway(t)
const parties = new Counterparts(gateway)
const { release, jinan, qingdao, binzhou } = parties.members

t.test('a holder says no: the session is voided, and the same request is tried anew', async (t) => {
  await parties.drainAll()
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
  const spent = await replica?.db
    .selectFrom('budget_reservation')
    .select('amount')
    .where('request', '=', request)
    .execute()
  t.same(spent, [{ amount: 1n }], 'a retry costs nothing more')
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

t.test(
  'a void that could not be signed now is asked for again, one that never can is not',
  async (t) => {
    const request = await parties.playTo('advertising')
    await parties.refuse(jinan, await parties.leased(jinan, 'advertise'), 'HOLDER_REFUSES')
    const task = await parties.leased(release, 'void-session')
    t.equal((await parties.refuse(release, task, 'INTERNAL')).status, 204)
    t.match((await parties.state(request)).json, { stage: 'advertising', code: 'HOLDER_REFUSED' })
    t.equal(await parties.lease(release), undefined, 'not at once')
    const again = await parties.lease(release, 15_000)
    t.equal(again?.task, task.task)
    await parties.refuse(release, again ?? task, 'SESSION_LOST')
    const { json } = await parties.state(request)
    t.match(json, { stage: 'void', code: 'SESSION_LOST' })
    t.notOk(json.void)
  },
)

t.test('the release authority may void instead of releasing', async (t) => {
  const request = await parties.playTo('releasing')
  const task = await parties.leased(release, 'release')
  const { adverts } = task.body as { adverts: string[] }
  const transcript = await parties.transcript(task.body as never, adverts)
  const jws = await parties.void(task, { transcript, reason: 'INPUTS_REJECTED' })
  await parties.done(release, task, { void: jws })
  t.match((await parties.state(request)).json, { stage: 'void', code: 'INPUTS_REJECTED' })
})
