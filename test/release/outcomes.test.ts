import t from 'tap'
import { parseEntry } from '#evidence/entry-form'
import { isOpeningTrue } from '#evidence/opening'
import type { EvidenceReader } from '#evidence/opening-store'
import type { ReleaseDesk } from '#release/desk'
import { confirmSession } from '#release/handlers/confirm-session'
import { openSession } from '#release/handlers/open-session'
import { releaseSession } from '#release/handlers/release'
import { voidSession } from '#release/handlers/void-session'
import { LiveSessions } from '#release/live-sessions'
import type { ReleaseSession, SessionStore } from '#release/store/session-store'
import { openTestSpace, Relay, required } from '../support/relay.ts'
import { smallSpace } from '../support/small-space.ts'
import { AUDITOR, BANK, GATEWAY, NOW } from '../support/test-directory.ts'
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
  t.equal(space.release.live.get(relay.invitation), undefined, 'the key is gone')
  const body = { request: 'a.b.c', invitation: 'a.b.c', session: known.opening }
  const attempt = voidSession(
    space.release,
    { ...body, reason: 'SESSION_EXPIRED' },
    relay.invitation,
  )
  await t.rejects(attempt, { code: 'SESSION_ENDED' })
  t.equal((await relay.releaseAgain()).kind, 'released', 'the stored release, byte for byte')
  const told = await entriesOf(known.sid, known.transcript)
  t.same(told, ['session.opened', 'session.transcript', 'release.sealed'], 'no void in the log')
})

t.test('which groups passed is kept with the release, for who may see it', async (t) => {
  const relay = new Relay(space)
  t.equal((await relay.run()).kind, 'answer')
  const known = required(await space.release.store.find(relay.invitation))
  const { verdicts: digest } = payloadOf({ kind: 'released', jws: known.outcome ?? '' })
  const { openings } = space.release
  const shown = async (role: EvidenceReader['role'], did: string) => {
    return await space.release.store.transaction((tx) => {
      return openings.show(tx, { role, did }, [String(digest)])
    })
  }
  const [kept] = await shown('AUDITOR', AUDITOR)
  t.ok(kept && isOpeningTrue(kept))
  t.match(JSON.parse(kept?.text ?? '{}'), { transcript: known.transcript, verdicts: /^[01]+$/ })
  t.equal((await shown('PARTICIPANT', BANK)).length, 1, 'whom the table was sealed to')
  t.same(await shown('PARTICIPANT', GATEWAY), [])
  t.same(await shown('PUBLIC', BANK), [])
})

t.test('a restart loses the keys: the session is void, whatever was submitted', async (t) => {
  const { shown, digest } = await confirmed()
  await space.release.live.wipe(digest)
  const outcome = await releaseSession(space.release, { ...shown, submissions: [] }, digest)
  const jws = 'void' in outcome ? outcome.void : ''
  t.match(payloadOf({ kind: 'void', jws }), { reason: 'SESSION_LOST' })
})

t.test(
  'of a release and a void at the same time one comes out, and the log tells it',
  async (t) => {
    const { papers, shown, digest } = await confirmed()
    const stale = required(await space.release.store.find(digest))
    const body = { ...papers, reason: 'HOLDER_UNAVAILABLE' as const }
    await voidSession(space.release, body, digest)
    // What a second worker of this authority read before the void was stored.
    const late = { ...space.release, store: storeReading(stale) }
    const released = releaseSession(late, { ...shown, submissions: [] }, digest)
    await t.rejects(released, { code: 'SESSION_ENDED' })
    const told = await entriesOf(stale.sid, stale.transcript)
    t.same(told, ['session.opened', 'session.transcript', 'session.void'])
  },
)

t.test(
  'a session that this authority never signed H of is voided, whatever is shown',
  async (t) => {
    const relay = new Relay(space)
    const request = await relay.signRequest()
    const { jws, digest } = await relay.invite()
    const { session } = await openSession(space.release, { request, invitation: jws }, digest)
    const papers = { request, invitation: jws, session }
    const adverts = await relay.gatherAdverts(papers, digest)
    const { shown: other } = await confirmed()
    const mixed = confirmSession(space.release, other, digest)
    await t.rejects(mixed, { code: 'SESSION_LOST' }, 'nor does it sign another session’s here')
    const outcome = await releaseSession(
      space.release,
      { ...papers, adverts, submissions: [] },
      digest,
    )
    const voided = payloadOf({ kind: 'void', jws: 'void' in outcome ? outcome.void : '' })
    t.match(voided, { reason: 'SESSION_LOST', transcript: null })
  },
)

t.test('a void names H, and the session that is shown must be its own', async (t) => {
  const { papers, shown, digest } = await confirmed()
  const other = await confirmed()
  const body = { ...papers, reason: 'HOLDER_UNAVAILABLE' as const }
  const foreign = { ...body, session: other.papers.session }
  await t.rejects(voidSession(space.release, foreign, digest), { code: 'SESSION_LOST' })
  const mixed = { ...other.shown, submissions: [] }
  await t.rejects(releaseSession(space.release, mixed, digest), { code: 'TRANSCRIPT_MISMATCH' })
  t.ok(space.release.live.get(digest), 'nothing of it ends the session')
  const { void: jws } = await voidSession(space.release, body, digest)
  const known = required(await space.release.store.find(digest))
  t.equal(payloadOf({ kind: 'void', jws })['transcript'], known.transcript)
  t.ok(known.transcript, `${shown.adverts.length} adverts`)
})

t.test('a key whose session could not be recorded is wiped', async (t) => {
  const wiped: string[] = []
  const desk: ReleaseDesk = {
    ...space.release,
    createKeys: async () => {
      const cell = await space.release.createKeys()
      const wipe = async () => {
        wiped.push('key')
        await cell.wipe()
      }
      return { ...cell, wipe, [Symbol.asyncDispose]: wipe }
    },
    evidence: {
      ...space.release.evidence,
      append: async () => {
        throw new Error('the log cannot be written')
      },
    } as never,
  }
  const relay = new Relay(space)
  const request = await relay.signRequest()
  const { jws, digest } = await relay.invite()
  await t.rejects(openSession(desk, { request, invitation: jws }, digest), /cannot be written/)
  t.same(wiped, ['key'])
  t.equal(await space.release.store.find(digest), undefined)
  const opened = await openSession(space.release, { request, invitation: jws }, digest)
  t.ok(opened.session, 'and it can be opened when the log is back')
})

t.test('a key is wiped when its session’s time is over, though nobody asks', async (t) => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const live = new LiveSessions(1, () => NOW)
  const cell = { publicKey: new Uint8Array(), open: async () => [], wipe: async () => undefined }
  live.add('a', { ...cell, [Symbol.asyncDispose]: async () => resolve() }, NOW + 20)
  t.notOk(live.hasRoom)
  const end = setTimeout(() => t.fail('still held'), 5000)
  await promise
  clearTimeout(end)
  t.ok(live.hasRoom)
})

t.test('no more sessions are held than the limit', async (t) => {
  const full = { ...space.release, live: new LiveSessions(0, () => NOW) }
  const relay = new Relay(space)
  const request = await relay.signRequest()
  const { jws, digest } = await relay.invite()
  const opening = openSession(full as never, { request, invitation: jws }, digest)
  await t.rejects(opening, { code: 'RELEASE_BUSY' })
})

/** The types of what the authority's own log tells of a session. */
async function entriesOf(sid: string, transcript: string | null): Promise<string[]> {
  const { evidence } = space.release
  await evidence.checkpoint()
  const entries = (await evidence.bundle(0)).map((bytes) => parseEntry(bytes))
  const names = [sid, transcript]
  return entries
    .filter((entry) =>
      [Reflect.get(entry, 'session'), Reflect.get(entry, 'transcript')].some((name) =>
        names.includes(name),
      ),
    )
    .map(({ type }) => type)
}

function storeReading(stale: ReleaseSession): SessionStore {
  const { store } = space.release
  return new Proxy(store, {
    get: (target, name) => {
      if (name === 'find') return async () => stale
      const member: unknown = Reflect.get(target, name)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
}
