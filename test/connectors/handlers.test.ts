import t from 'tap'
import type { ConnectorDesk } from '#connectors/desk'
import { panelVector } from '#connectors/execution/vector'
import { advertise } from '#connectors/handlers/advertise'
import { noteVoid } from '#connectors/handlers/note-void'
import { createSessionKeys, HeldKeys } from '#connectors/session-keys'
import { SourceError } from '#connectors/sources/errors'
import { systemRandom } from '#crypto/random'
import type { Secret } from '#crypto/secret'
import { DEFAULT_CONTROLS } from '#policies/controls'
import { joinLimbs } from '#protocol/limbs'
import { KINDS } from '#protocol/message-kinds'
import type { GroupPart } from '#protocol/plans/aggregate-question'
import { planGroupedAggregate } from '#protocol/plans/grouped-aggregate'
import { placeOf } from '#protocol/plans/layout'
import { openSession } from '#release/handlers/open-session'
import { ConfirmedSession } from '#sdk/confirm'
import { summaryOf } from '../support/cohort.ts'
import { testProduct, testQuery } from '../support/product.ts'
import { openTestSpace, Relay, required } from '../support/relay.ts'
import { smallSpace } from '../support/small-space.ts'
import { keysOf, NOW, RELEASE } from '../support/test-directory.ts'
import { watchSecrets } from '../support/watch-secrets.ts'

const space = await openTestSpace(t, smallSpace(12))
const H1 = 'did:web:h1.example'

/** A session in which holder 1 reads its rows by `run`. */
class Reading extends Relay {
  run_: (groups: readonly GroupPart[]) => readonly GroupPart[] = (groups) => groups

  override async submitAs(...[desk, body, digest]: Parameters<Relay['submitAs']>) {
    if (desk.did !== H1) return super.submitAs(desk, body, digest)
    const source: ConnectorDesk['source'] = (product, part) => {
      const own = required(desk.source(product, part))
      return { ...own, run: async (...asked) => this.run_(await own.run(...asked)) }
    }
    return super.submitAs({ ...desk, source }, body, digest)
  }
}

t.test('whatever the data refuses leaves by one code; the reason stays here', async (t) => {
  for (const code of ['SOURCE_ENGINE', 'SOURCE_CHANGED'] as const) {
    const relay = new Reading(space)
    relay.run_ = () => {
      throw new SourceError(code, 'rows')
    }
    await t.rejects(relay.run(), { code: 'HOLDER_REFUSES', reason: code })
  }
})

t.test('data that outgrew its product is refused: it would wrap without a sign', async (t) => {
  const grown = (groups: readonly GroupPart[]) =>
    groups.map((group) => ({ ...group, units: 1_000_001n }))
  const beyond = (groups: readonly GroupPart[]) =>
    groups.map((group) => ({
      ...group,
      amounts: group.amounts.map((amount) => ({ ...amount, sum: group.units * 10n ** 11n + 1n })),
    }))
  for (const change of [grown, beyond]) {
    const relay = new Reading(space)
    relay.run_ = change
    await t.rejects(relay.run(), { code: 'HOLDER_REFUSES', reason: 'CAPACITY_EXCEEDED' })
  }

  t.test('control: without the check the sum comes out wrong', async (t) => {
    const parts = testProduct().parts.map((part) => ({ ...part, maxUnits: '1' }))
    const columns = testProduct().columns.map((column) => {
      return column.name === 'tax' ? { ...column, range: ['0', '9'] as [string, string] } : column
    })
    const plan = planGroupedAggregate(testQuery(), testProduct({ parts, columns }))
    const panel = required(plan.panels[0])
    const sum = 2n ** 49n
    const amounts = [{ sum, ...summaryOf([sum - 2n, 1n, 1n]) }]
    const group = { group: 0, units: 2n ** 46n, amounts, flags: [] }
    const loose = { ...DEFAULT_CONTROLS, pPercent: 0 }
    const { coefficients } = panelVector(plan, panel, [group], loose, systemRandom)
    const { values } = placeOf(panel.layout, 0)
    const words = required(coefficients[0]).slice(values, values + panel.layout.valueSlots)
    t.not(joinLimbs([...words]), sum)
  })
})

t.test('a submission stored while a void is checked keeps its place in the ledger', async (t) => {
  const relay = new Relay(space)
  await relay.run()
  const desk = required(space.holders.get(H1))
  const now = required(await desk.ledger.find(relay.invitation))
  const before = { ...now, state: 'reserved' as const, transcript: null }
  const ledger = new Proxy(desk.ledger, {
    get: (target, name) => {
      if (name === 'find') return async () => before
      const member: unknown = Reflect.get(target, name)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
  const statement = { type: 'baotu/void@1', sid: now.sid, reason: 'SESSION_LOST' } as const
  const jws = await keysOf(space.keys, RELEASE)
    .signer()
    .sign(KINDS.void.typ, { ...statement, transcript: null })
  const papers = { request: 'a.b.c', invitation: 'a.b.c', session: 'a.b.c' }
  const noted = noteVoid({ ...desk, ledger }, { ...papers, void: jws }, relay.invitation)
  await t.rejects(noted, { code: 'LEDGER_CONFLICT' })
  t.equal((await desk.ledger.find(relay.invitation))?.state, 'submitted')
})

t.test('the mask key of an advert that could not be stored is zeroed', async (t) => {
  const relay = new Relay(space)
  const request = await relay.signRequest()
  const { jws, digest } = await relay.invite()
  const { session } = await openSession(space.release, { request, invitation: jws }, digest)
  const desk = required(space.holders.get(H1))
  const appendAll = () => Promise.reject(new Error('the log cannot be written'))
  const failing: ConnectorDesk = { ...desk, evidence: { appendAll } as never }
  const papers = { request, invitation: jws, session }
  const watched = await watchSecrets(() =>
    t.rejects(advertise(failing, papers, digest), /cannot be written/),
  )
  t.ok(watched.made > 0)
  t.equal(watched.alive, 0)
  t.equal(desk.keys.get(digest), undefined, 'and none is held')
})

t.test('a submission leaves no secret behind, and neither does an answer', async (t) => {
  class Watching extends Relay {
    override async submitAs(...args: Parameters<Relay['submitAs']>) {
      let submission = ''
      const watched = await watchSecrets(async () => {
        submission = await super.submitAs(...args)
      })
      t.ok(watched.made > 3, 'seed, pad, and two pair keys with what they came from')
      t.equal(watched.alive, 0)
      return submission
    }
  }
  const { padKeys } = ConfirmedSession.prototype
  t.teardown(() => Object.assign(ConfirmedSession.prototype, { padKeys }))
  const pads: Secret[] = []
  ConfirmedSession.prototype.padKeys = function (panel) {
    const keys = padKeys.call(this, panel)
    pads.push(...keys)
    return keys
  }
  t.equal((await new Watching(space).run()).kind, 'answer')
  t.equal(pads.length, 3)
  for (const key of pads) t.throws(() => key.use(() => 0), { code: 'SECRET_DISPOSED' })
})

t.test('the keys of a session are zeroed when its time is over, though nobody asks', async (t) => {
  const held = new HeldKeys(() => NOW)
  const keys = await createSessionKeys(systemRandom)
  held.hold('a', keys, NOW + 20)
  t.equal(held.get('a'), keys)
  await new Promise((resolve) => setTimeout(resolve, 60))
  t.throws(() => keys.mask.secret.use(() => 0), { code: 'SECRET_DISPOSED' })
  t.equal(held.get('a'), undefined)
})
