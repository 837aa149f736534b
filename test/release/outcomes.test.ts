import t from 'tap'
import { confirmSession } from '#release/handlers/confirm-session'
import { openSession } from '#release/handlers/open-session'
import { releaseSession } from '#release/handlers/release'
import { voidSession } from '#release/handlers/void-session'
import { openTestSpace, Relay, required } from '../support/relay.ts'
import { smallSpace } from '../support/small-space.ts'
import { payloadOf } from '../support/void-reason.ts'

const space = await openTestSpace(t, smallSpace(12))

/** Opens a session up to where the release authority has signed H. */
async function confirmed() {
  const relay = new Relay(space)
  const request = await relay.signRequest()
  const { jws, digest } = await relay.invite()
  const { session } = await openSession(space.release, { request, invitation: jws }, digest)
  const papers = { request, invitation: jws, session }
  const adverts = await relay.gatherAdverts(papers, digest)
  const shown = { ...papers, adverts }
  const { confirmation } = await confirmSession(space.release, shown, digest)
  return { relay, papers, shown, digest, confirmation }
}

t.test(
  'one session has one opening and one signature on H, however often it is asked',
  async (t) => {
    const { papers, shown, digest, confirmation } = await confirmed()
    const again = await openSession(space.release, papers, digest)
    t.equal(again.session, papers.session)
    const other = { ...shown, adverts: shown.adverts.toReversed() }
    t.equal((await confirmSession(space.release, other, digest)).confirmation, confirmation)
  },
)

t.test('voided means never released, and the void is repeated byte for byte', async (t) => {
  const { papers, shown, digest } = await confirmed()
  const body = { ...papers, reason: 'HOLDER_UNAVAILABLE' as const }
  const first = await voidSession(space.release, body, digest)
  t.equal(space.release.live.get(digest), undefined, 'the key is gone')
  const second = await voidSession(space.release, { ...body, reason: 'SESSION_EXPIRED' }, digest)
  t.equal(second.void, first.void)
  const released = await releaseSession(space.release, { ...shown, submissions: [] }, digest)
  t.same(released, first)
})

t.test('released means never voided', async (t) => {
  const relay = new Relay(space)
  t.equal((await relay.run()).kind, 'answer')
  const known = required(await space.release.store.find(relay.invitation))
  t.equal(known.state, 'released')
  const body = { request: 'a.b.c', invitation: 'a.b.c', session: known.opening }
  const attempt = voidSession(
    space.release,
    { ...body, reason: 'SESSION_EXPIRED' },
    relay.invitation,
  )
  await t.rejects(attempt, { code: 'SESSION_ENDED' })
  t.equal((await relay.releaseAgain()).kind, 'released', 'the stored release, byte for byte')
})

t.test('a restart loses the keys: the session is void, whatever was submitted', async (t) => {
  const { shown, digest } = await confirmed()
  await space.release.live.wipe(digest)
  const outcome = await releaseSession(space.release, { ...shown, submissions: [] }, digest)
  const jws = 'void' in outcome ? outcome.void : ''
  t.match(payloadOf({ kind: 'void', jws }), { reason: 'SESSION_LOST' })
})

t.test('no more sessions are held than the limit', async (t) => {
  const full = { ...space.release, live: { ...space.release.live, hasRoom: async () => false } }
  const relay = new Relay(space)
  const request = await relay.signRequest()
  const { jws, digest } = await relay.invite()
  const opening = openSession(full as never, { request, invitation: jws }, digest)
  await t.rejects(opening, { code: 'RELEASE_BUSY' })
})
