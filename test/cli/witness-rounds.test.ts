import { readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { runEvidenceCommand } from '#cli/evidence'
import { runBaotu } from '#cli/run'
import { exportEvidence } from '#cli/space/export-evidence'
import { logSignerOf, openExportingParty } from '#cli/space/party-evidence'
import { noteUp } from '#cli/space/running'
import { claimState } from '#cli/space/state-folder'
import { runVerifierProcess } from '#cli/space/verifier-process'
import { systemRandom } from '#crypto/random'
import { STRICT_RULES } from '#evidence/chain-rules'
import { checkpointText } from '#evidence/checkpoint'
import { logName } from '#evidence/log-owner'
import { partyWitness } from '#evidence/party-witness'
import { formatNote, parseNote } from '#evidence/signed-note'
import { parseTrustPolicy } from '#evidence/trust-policy'
import { verifyEvidence } from '#evidence/verify'
import { openCheckpoint } from '#evidence/verify-note'
import { majorityOf } from '#evidence/witness-quorum'
import { ask } from '#sdk/ask'
import { bureauDid } from '#test/support/tiny-files'
import { TINY } from '#test/support/tiny-policies'
import { openTinySpace, type TinySpace } from '#test/support/tiny-space'
import { temporaryFolder } from '../evidence/made-folder.ts'

const PEERS = 4
/** Ed25519 and SM2. */
const OWN_LINES = 2
const never = new AbortController().signal

/** What a party's configuration may say of its log. */
function keeping(folder: string) {
  return {
    publish: { folder: path.join(folder, 'published'), everySeconds: 1 },
    anchor: { chain: 'NOTARY', file: path.join(folder, 'anchors.jsonl'), everySeconds: 1 },
  }
}

const folderNote = (folder: string) => readFileSync(path.join(folder, 'checkpoint'), 'utf8')

const ORIGIN = logName(TINY.gateway, TINY.space)

/** Who cosigned checkpoints of a party's log, the most that stand on one of them. */
async function cosigned(tiny: TinySpace, did: string): Promise<number> {
  const rows = await tiny.select<{ note: string }>(did, 'select note from evidence_cosigned')
  const lines = rows.map(({ note }) => parseNote(note).signatures.length)
  return Math.max(0, ...lines.map((count) => count - OWN_LINES))
}

async function until(isSo: () => Promise<boolean>): Promise<boolean> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await isSo()) return true
    await delay(100)
  }
  return false
}

t.test('the parties of a running space witness each other by themselves', async (t) => {
  const folder = temporaryFolder(t)
  await using tiny = await openTinySpace({
    file: { sm2: true, witnessKey: 'ml-dsa-44' },
    configure: (name, value) => (name === 'jinan' ? { ...value, ...keeping(folder) } : value),
  })
  await ask(tiny.bank, await tiny.question())
  const isQuorum = async () => (await cosigned(tiny, TINY.gateway)) >= majorityOf(PEERS)
  t.ok(await until(isQuorum), 'a majority cosigned one checkpoint of the gateway')
  for (const did of [TINY.release, bureauDid('jinan'), bureauDid('binzhou')]) {
    t.ok(await until(async () => (await cosigned(tiny, did)) === 1), `${did}, by the gateway`)
  }
  const exported = await exportEvidence(tiny.space, tiny.state)
  const { code, output } = await runVerifierProcess(exported, 'zh')
  t.equal(code, 0, output)
  t.match(output, /见证方：/)
  const sm2 = ['--policy', exported.policyFile, '--sm2', exported.sm2File ?? '', '--lang', 'zh']
  const out: string[] = []
  const io = { stdout: { write: (text: string) => out.push(text) }, stderr: process.stderr }
  await runEvidenceCommand(['verify', exported.folder, ...sm2], { ...io, cwd: folder })
  t.equal(out.join('').match(/检查点另有 SM2 签名，已核验/g)?.length, 1 + PEERS, 'by each log')
  t.match(readFileSync(exported.policyFile, 'utf8'), /\+B[A-Za-z0-9+/]{1700,}/, 'ML-DSA-44 keys')

  await t.test('a party that was told to publishes and anchors its log', async (t) => {
    const origin = logName(bureauDid('jinan'), TINY.space)
    t.match(output, /已锚定于 NOTARY/)
    const [first = ''] = readFileSync(path.join(folder, 'anchors.jsonl'), 'utf8').split('\n')
    t.match(JSON.parse(first), { origin, checkpoint: /^sha256-/ })
    t.match(tiny.crew.log(), /a checkpoint was anchored/)
    const published = path.join(folder, 'published')
    const sizeOf = () => Number(folderNote(published).split('\n')[1])
    const [entry] = await tiny.select<{ size: string }>(
      bureauDid('jinan'),
      'select size from evidence_head',
    )
    t.ok(await until(async () => sizeOf() >= Number(entry?.size)), 'up to the newest record')
    const policy = parseTrustPolicy(readFileSync(exported.policyFile, 'utf8'))
    const own = { ...policy, logs: policy.logs.filter(({ name }) => name === origin) }
    const rules = { ...STRICT_RULES, require: new Set<never>() }
    const { findings } = verifyEvidence(published, { policy: own, rules })
    t.match(findings, [{ code: 'QUORUM_NOT_MET' }], 'whole; its witnesses are in the export')
  })

  await t.test(
    'holders that were shown two histories take no part until it is settled',
    async (t) => {
      await using _up = await noted(tiny)
      t.match(await baotu(tiny, 'splits'), { code: 0, out: /no split is open/ })
      const [jinan, binzhou] = [bureauDid('jinan'), bureauDid('binzhou')]
      for (const did of [jinan, binzhou]) await showForged(tiny, did)
      const question = async (requestRef: string) => ({ ...(await tiny.question()), requestRef })
      await t.rejects(ask(tiny.bank, await question('case-2')), /HOLDER_REFUSED/)
      t.match(tiny.crew.log(), /"code":"VIEW_SPLIT"/)

      const listed = JSON.parse((await baotu(tiny, 'splits', '--json')).out)
      const note = { size: listed[0].held.size }
      t.match(listed, [
        { party: jinan, log: ORIGIN, held: note, shown: { ...note, signedBy: [ORIGIN] } },
        { party: binzhou, log: ORIGIN },
      ])
      t.not(listed[0].held.root, listed[0].shown.root)
      t.same(listed[0].held.signedBy, [ORIGIN, logName(jinan, TINY.space)])
      t.match(await baotu(tiny, 'splits', '--party', 'binzhou'), {
        out: /^binzhou\.tiny\.example was/,
      })

      const settle = ['settle', '--party', 'jinan', '--log', ORIGIN] as const
      const shown = await baotu(tiny, ...settle)
      t.match(shown, {
        code: 2,
        out: /held .*shown .*sha256-/s,
        err: /--keep held or --keep shown/,
      })
      t.match(await baotu(tiny, ...settle, '--keep', 'both'), { code: 2 })
      await t.rejects(
        ask(tiny.bank, await question('case-3')),
        /HOLDER_REFUSED/,
        'nothing was done',
      )
      t.match(await baotu(tiny, ...settle, '--keep', 'held'), { code: 0, out: /settled/ })
      t.match(await baotu(tiny, ...settle, '--keep', 'held'), {
        code: 2,
        err: /no such open split/,
      })
      await t.rejects(
        ask(tiny.bank, await question('case-4')),
        /HOLDER_REFUSED/,
        'binzhou still does',
      )
      const digest = listed[1].split
      const other = [
        'settle',
        '--party',
        binzhou,
        '--log',
        TINY.gateway,
        '--split',
        digest,
      ] as const
      t.match(await baotu(tiny, ...other, '--keep', 'held', '--lang', 'zh'), {
        code: 0,
        out: /已了结/,
      })
      t.ok(
        (await ask(tiny.bank, await question('case-5'))).answer,
        'settled by both it works again',
      )

      const size = async () => {
        const statement = 'select size from evidence_witnessed'
        return Number((await tiny.select<{ size: string }>(jinan, statement))[0]?.size)
      }
      t.ok(await until(async () => (await size()) > note.size), 'and they cosign again')
      const { code, output } = await runVerifierProcess(
        await exportEvidence(tiny.space, tiny.state),
        'en',
      )
      t.equal(code, 1, 'that there were two histories stays on record')
      t.match(output, /HISTORY_SPLIT\] jinan.*settled by record \d+/)
    },
  )
})

/** Lets other commands find the space, as a launcher would. */
async function noted({ space, state }: TinySpace): Promise<AsyncDisposable> {
  const claim = await claimState(state)
  const up = { space: space.file.space, startedAt: '', processes: [], launcher: process.pid }
  await noteUp(state, up)
  return claim
}

async function baotu({ space, state }: TinySpace, subcommand: string, ...more: string[]) {
  const said = { out: '', err: '' }
  const to = (stream: 'out' | 'err') => ({ write: (text: string) => (said[stream] += text) })
  const argv = ['evidence', subcommand, space.path, '--state', state.path, ...more]
  const code = await runBaotu(more.includes('--lang') ? argv : [...argv, '--lang', 'en'], {
    ...{ stdout: to('out'), stderr: to('err'), cwd: state.path, now: () => Date.now() },
    ...{ random: systemRandom, interrupted: never, confirm: async () => false },
  })
  return { code, ...said }
}

/** The gateway's own key signs another checkpoint of the size that a holder cosigned last. */
async function showForged({ space, state }: TinySpace, did: string): Promise<void> {
  await using owned = new AsyncDisposableStack()
  const party = await openExportingParty(did, space, state, owned)
  const signer = await logSignerOf(TINY.gateway, space, state)
  const witness = partyWitness(party, signer.verifier)
  const { size } = openCheckpoint((await witness.latest()) ?? '', signer.verifier)
  const text = checkpointText({ origin: ORIGIN, size, root: Buffer.alloc(32, 7) })
  // A line of a known witness that does not hold must not keep the operator from settling.
  const another = checkpointText({ origin: ORIGIN, size, root: Buffer.alloc(32, 8) })
  const odd = await party.cosigner.cosign(another, 1)
  const forged = formatNote({ text, signatures: [await signer.sign(text), odd] })
  const { status } = await witness.addCheckpoint(`old ${size}\n\n${forged}`)
  if (status !== 422) throw new Error(`answered ${status}`)
}
