import t, { type Test } from 'tap'
import { parseEntry } from '#evidence/entry-form'
import type { Evidence } from '#evidence/log'
import { parseVerifierKey } from '#evidence/note-key'
import { parseNote } from '#evidence/signed-note'
import { openCheckpoint } from '#evidence/verify-note'
import { showOwnLog, witnessGateway } from '#party/witness-round'
import { startWitnessing, whileTrusted } from '#party/witnessing'
import type { TaskHandlers } from '#protocol/task-loop'
import { standing } from '../evidence/made-story.ts'
import { openTestGateway, type TestGateway } from './support/gateway.ts'
import { openWitnesses } from './support/witness.ts'
import { heldBy, replicaOf, verifyLogs } from './support/witnessed-folder.ts'

const never = new AbortController().signal

async function opened(t: Test) {
  const gateway = await openTestGateway(t, { replicas: 1 })
  const peers = await openWitnesses(t, gateway)
  return { gateway, peers, evidence: replicaOf(gateway).evidence }
}

async function grow(evidence: Evidence, entries: number, first = 0): Promise<void> {
  for (const draft of standing().slice(first, first + entries)) await evidence.record(draft)
}

function sizeOf(note: string, { vkey }: Evidence): number {
  return openCheckpoint(note, parseVerifierKey(vkey)).size
}

async function served(gateway: TestGateway, url: string): Promise<string> {
  const { bytes } = await gateway.call(gateway.space.members.bank, { method: 'GET', url })
  return Buffer.from(bytes).toString()
}

/** The entries of a party's own log. */
async function entriesOf(evidence: Evidence) {
  await evidence.checkpoint()
  return (await evidence.bundle(0)).map((bytes) => parseEntry(bytes))
}

t.test('parties witness each other', async (t) => {
  const { gateway, evidence, peers } = await opened(t)

  await t.test(
    'cosignatures of the peers come together, and a verifier demands them',
    async (t) => {
      await grow(evidence, 3)
      await witnessGateway(peers.jinan.parts(), never)
      const alone = { evidence, cosigned: await served(gateway, '/evidence/cosigned') }
      t.match((await verifyLogs(t, gateway, peers, [alone])).findings, [{ code: 'QUORUM_NOT_MET' }])

      gateway.space.clock.advance(10_000)
      // Those who come later are shown the checkpoint that still gathers lines.
      await grow(evidence, 1, 3)
      await witnessGateway(peers.release.parts(), never)
      await witnessGateway(peers.qingdao.parts(), never)
      const cosigned = await served(gateway, '/evidence/cosigned')
      t.equal(parseNote(cosigned).signatures.length, 4, 'the log and three witnesses')
      const { isGood, witnessed } = await verifyLogs(t, gateway, peers, [{ evidence, cosigned }])
      t.ok(isGood, 'three of four are a majority')
      t.match(witnessed, [{ size: 3 }])
      const names = ['jinan', 'qingdao', 'release'].map(
        (name) => `${name}.example/urn:baotu:space:test`,
      )
      t.strictSame([...(witnessed[0]?.witnesses ?? [])].sort(), names)

      gateway.space.clock.advance(10_000)
      await witnessGateway(peers.binzhou.parts(), never)
      t.equal(
        sizeOf(await heldBy(peers.binzhou, gateway), evidence),
        4,
        'then the next is gathered',
      )
      const newest = await served(gateway, '/evidence/checkpoint')
      t.match(newest, /— binzhou\.example/, 'the newest checkpoint bears what it has')
      t.equal(sizeOf(await served(gateway, '/evidence/cosigned'), evidence), 3, 'the quorum counts')
    },
  )

  await t.test('the gateway cosigns every participant’s own log', async (t) => {
    const { evidence, ...parts } = peers.jinan.parts()
    await grow(evidence, 2)
    await showOwnLog({ evidence, ...parts }, never)
    await grow(evidence, 1, 2)
    await showOwnLog({ evidence, ...parts }, never)
    const cosigned = await peers.jinan.cosigned()
    t.equal(sizeOf(cosigned, evidence), 3)
    const { isGood, witnessed } = await verifyLogs(t, gateway, peers, [{ evidence, cosigned }])
    t.ok(isGood)
    t.match(witnessed, [{ witnesses: ['gateway.example/urn:baotu:space:test'] }])
    const other = await peers.qingdao.post('/evidence/add-checkpoint', `old 0\n\n${cosigned}`)
    t.equal(other.status, 404, 'no log of another’s')
    const conflict = await peers.jinan.post('/evidence/add-checkpoint', `old 0\n\n${cosigned}`)
    t.match(conflict, { status: 409, body: '3\n' })
    const { jinan } = gateway.space.members
    const url = '/evidence/add-checkpoint'
    const answer = await gateway.call(jinan, { method: 'POST', url, text: `old 0\n\n${cosigned}` })
    t.equal(answer.headers['content-type'], 'text/x.tlog.size', 'as tlog-witness says')
    t.equal((await gateway.call(jinan, { method: 'POST', url, body: 'old 0' })).status, 415)
    const lease = { method: 'POST', url: '/tasks/lease', text: '{}' } as const
    t.equal((await gateway.call(jinan, lease)).status, 415, 'text is for these routes only')
    t.equal((await peers.jinan.post('/evidence/add-checkpoint', 'nonsense')).status, 400)
  })

  await t.test('a cosignature counts only under its owner’s key and on this log', async (t) => {
    const note = await heldBy(peers.jinan, gateway)
    const bring = async (by: 'jinan' | 'qingdao', text: string) =>
      (await peers[by].post('/evidence/cosignatures', text)).status
    t.equal(await bring('jinan', note), 204, 'control: its own, again')
    t.equal(await bring('qingdao', note), 403, 'a line of another’s')
    t.equal(await bring('jinan', await evidence.checkpoint()), 403, 'no line at all')
    t.equal(await bring('jinan', 'nonsense'), 403)
    const own = peers.jinan.parts().evidence
    t.equal(await bring('jinan', await own.checkpoint()), 403, 'a note of another log')
    const cosigned = parseNote(await served(gateway, '/evidence/cosigned'))
    t.equal(cosigned.signatures.length, 4, 'nothing came of it')
    const { bank } = gateway.space.members
    const url = '/evidence/cosignatures'
    t.equal(
      (await gateway.call(bank, { method: 'POST', url, text: note })).status,
      403,
      'a consumer',
    )
    t.equal((await gateway.call(bank, { method: 'POST', url, body: {} })).status, 403)
  })

  await t.test('a holder whose log went back hears of it from the gateway', async (t) => {
    const parts = peers.qingdao.parts()
    await grow(parts.evidence, 2)
    await showOwnLog(parts, never)
    const before = { ...parts, evidence: await peers.qingdao.restored() }
    await grow(before.evidence, 1)
    await using witnessing = startWitnessing(before)
    await witnessing.round()
    t.match(peers.qingdao.logged.join(''), /"level":"error".*"code":"LOG_FORKED"/)
  })

  await t.test('a witness that cannot be reached stands in nobody’s way', async (t) => {
    const parts = peers.release.parts()
    const text = async () => {
      throw Object.assign(new Error('down'), { code: 'REMOTE_UNREACHABLE' })
    }
    await using witnessing = startWitnessing({ ...parts, calls: { text } })
    await witnessing.round()
    t.match(peers.release.logged.join(''), /REMOTE_UNREACHABLE.*\n.*WITNESS_UNAVAILABLE/)
    await witnessing.assertTrusted()
    t.equal((await parts.evidence.record(standing()[0] as never)).index, 0, 'its log goes on')
    t.equal(
      sizeOf(await served(gateway, '/evidence/checkpoint'), evidence),
      4,
      'and so does the gateway',
    )
  })
})

t.test('a gateway with two histories', async (t) => {
  const { gateway, evidence, peers } = await opened(t)
  const fork = await openTestGateway(t, { like: gateway, replicas: 1 })

  await t.test('two histories for two holders are caught', async (t) => {
    const forked = replicaOf(fork).evidence
    await grow(evidence, 3)
    await grow(forked, 3, 4)
    const shown = [{ evidence }, { evidence: forked }]
    for (const one of shown) {
      t.ok(
        (await verifyLogs(t, gateway, peers, [one], false)).isGood,
        'control: unwitnessed it holds',
      )
    }

    await witnessGateway(peers.jinan.parts(), never)
    await witnessGateway(peers.qingdao.parts(fork), never)
    for (const at of [gateway, fork]) {
      const one = {
        evidence: replicaOf(at).evidence,
        cosigned: await served(at, '/evidence/cosigned'),
      }
      const { findings } = await verifyLogs(t, gateway, peers, [one])
      t.match(findings, [{ code: 'QUORUM_NOT_MET' }], 'no majority saw either')
    }
    const seen = [await heldBy(peers.qingdao, gateway)]
    const { findings } = await verifyLogs(t, gateway, peers, [{ evidence, seen }], false)
    t.match(
      findings,
      [{ code: 'HISTORY_SPLIT', file: /seen\/0$/ }],
      'what one holds convicts the other',
    )

    await t.rejects(witnessGateway(peers.jinan.parts(fork), never), { code: 'VIEW_SPLIT' })
    const own = peers.jinan.parts().evidence
    t.match(await entriesOf(own), [{ type: 'view.split', actor: peers.jinan.member.did }])
    t.match(peers.jinan.logged.join(''), /"code":"VIEW_SPLIT"/)
    t.equal((await peers.jinan.splits()).length, 2, 'both notes are kept')
    const report = await verifyLogs(t, gateway, peers, [{ evidence: own }], false)
    t.match(report.findings, [{ code: 'HISTORY_SPLIT', log: /jinan/, index: 0 }])
    await t.rejects(witnessGateway(peers.jinan.parts(), never), { code: 'VIEW_SPLIT' }, 'for good')
    t.equal((await entriesOf(own)).length, 1, 'and is recorded once')
  })

  await t.test('a holder refuses tasks while the gateway’s log is in doubt', async (t) => {
    await using witnessing = startWitnessing(peers.binzhou.parts())
    await using shown = startWitnessing(peers.binzhou.parts(fork))
    const done = async () => ({}) as never
    const { submit, 'note-void': noteVoid } = whileTrusted(
      { submit: done, 'note-void': done },
      witnessing,
    ) as Required<TaskHandlers>
    await witnessing.round()
    t.ok(await submit({} as never, ''), 'control: while all is well')
    await shown.round()
    await t.rejects(submit({} as never, ''), { code: 'VIEW_SPLIT' })
    t.ok(await noteVoid({} as never, ''), 'what only ends a session is done')
  })
})

t.test('a gateway whose database was restored from backup is caught', async (t) => {
  const { gateway, evidence, peers } = await opened(t)
  const restored = await openTestGateway(t, { like: gateway, replicas: 1 })
  const { evidence: old } = replicaOf(restored)
  await grow(evidence, 3)
  await grow(old, 2)
  await witnessGateway(peers.jinan.parts(), never)
  await t.rejects(witnessGateway(peers.jinan.parts(restored), never), { code: 'VIEW_SPLIT' })
  const logged = restored.replicas.flatMap((replica) => replica.logged).join('')
  t.match(logged, /"code":"LOG_FORKED"/, 'its own log says so too')

  await t.test('and so is one that grew on from there', async (t) => {
    await grow(old, 3, 4)
    await t.rejects(
      witnessGateway(peers.qingdao.parts(), never).then(() =>
        witnessGateway(peers.qingdao.parts(restored), never),
      ),
      { code: 'VIEW_SPLIT' },
    )
  })
})
