import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { replayAggregate } from '#cli/evidence-replay'
import { type ExportFor, exportEvidence } from '#cli/space/export-evidence'
import { digestBytes } from '#crypto/digest'
import { listFiles } from '#evidence/evidence-files'
import { MANIFEST_FILE, OPENINGS_FILE } from '#evidence/evidence-folder'
import type { Opening } from '#evidence/opening'
import { runVerifier } from '#evidence/verifier'
import { ask } from '#sdk/ask'
import { receiptProof } from '#sdk/receipt-proof'
import { folderBytes } from '#test/support/folder-bytes'
import { bureauDid } from '#test/support/tiny-files'
import { TINY } from '#test/support/tiny-policies'
import { BUREAUS, type Firm, firmsOf } from '#test/support/tiny-rows'
import { openTinySpace } from '#test/support/tiny-space'

const REFERENCE = 'QRT-2026-000123'
const REGULATOR = 'did:web:regulator.example'
const SALTED = 'baotu/evidence/salted@1'

// One bureau alone has small firms of section F, and too few: that cell is withheld.
const rowsOf = (bureau: (typeof BUREAUS)[number]): Firm[] =>
  firmsOf(bureau).filter(({ section, size }, at) => {
    return section !== 'F' || size !== 'small' || (bureau === 'jinan' && at % 15 === 0)
  })
const tiny = await openTinySpace({
  rows: { jinan: rowsOf('jinan'), qingdao: rowsOf('qingdao'), binzhou: rowsOf('binzhou') },
})
t.teardown(() => tiny[Symbol.asyncDispose]())
const question = {
  ...(await tiny.question({
    where: [{ column: 'size', operator: 'isAnyOf', value: ['small', 'large'] }],
  })),
  requestRef: REFERENCE,
}
const answered = await ask(tiny.bank, question)

const AS = {
  public: { reader: { role: 'PUBLIC', did: '' }, ciphertexts: false },
  auditor: { reader: { role: 'AUDITOR', did: TINY.auditor }, ciphertexts: true },
  regulator: { reader: { role: 'REGULATOR', did: REGULATOR }, ciphertexts: true },
  bank: { reader: { role: 'PARTICIPANT', did: TINY.bank }, ciphertexts: false },
  jinan: { reader: { role: 'PARTICIPANT', did: bureauDid('jinan') }, ciphertexts: false },
} as const satisfies Record<string, ExportFor>

interface Exported {
  readonly folder: string
  readonly openings: readonly Opening[]
  readonly size: { readonly count: number; readonly bytes: number }
}

/** Exports for a reader and keeps a copy: the next export takes the place of the folder. */
async function exportFor(t: Test, whom: ExportFor): Promise<Exported> {
  const written = await exportEvidence(tiny.space, tiny.state, whom)
  const home = mkdtempSync(path.join(tmpdir(), 'baotu-disclosed-'))
  t.teardown(() => rmSync(home, { recursive: true }))
  const folder = path.join(home, 'evidence')
  cpSync(written.folder, folder, { recursive: true })
  cpSync(written.policyFile, path.join(home, 'policy'))
  const openings: Opening[] = JSON.parse(readFileSync(path.join(folder, OPENINGS_FILE), 'utf8'))
  t.equal(openings.length, written.openings)
  return { folder, openings, size: written.ciphertexts }
}

/** What the verifier says of a folder, with the policy that lies beside it. */
function verifier(folder: string, ...more: string[]) {
  const lines: string[] = []
  const say = (text: string) => void lines.push(text)
  const argv = [folder, '--policy', path.join(folder, '..', 'policy'), '--lang', 'en', ...more]
  const code = runVerifier(
    argv,
    { cwd: '/', stdout: say, stderr: say },
    { replay: replayAggregate },
  )
  return { code, text: lines.join('') }
}

function story({ folder }: Exported, language = 'en'): string {
  const { code, text } = verifier(folder, '--result', answered.release.result, '--lang', language)
  return code === 0 ? text : `exit code ${code}: ${text}`
}

function labelsOf({ openings }: Exported): string[] {
  return [...new Set(openings.map(({ label }) => label))].sort()
}

/** The openings of what holders’ own checks found: by part one digit a group. */
function ownChecks({ openings }: Exported): Opening[] {
  return openings.filter(({ label, text }) => label === SALTED && /"\{\\"tax\\":/.test(text))
}

/** Where a text stands in an exported folder, in the clear or in a signed message. */
function holdsText({ folder, openings }: Exported, text: string): boolean {
  const payloads = openings.map((one) => Buffer.from(one.text.split('.')[1] ?? '', 'base64url'))
  return Buffer.concat([folderBytes(folder), ...payloads]).includes(text)
}

t.test('to the public nothing is opened', async (t) => {
  const exported = await exportFor(t, AS.public)
  t.same(exported.openings, [])
  t.match(exported.size, { count: 0, bytes: 0 })
  t.notOk(listFiles(exported.folder).some((file) => file.startsWith('ciphertexts/')))
  const text = story(exported)
  t.match(text, /What was asked: only a digest is recorded/)
  t.match(text, /Business reference: only a salted digest/)
  t.match(text, /Which cells were withheld is sealed/)
  t.match(text, /Not recomputed/)
  t.notOk(holdsText(exported, REFERENCE))
})

t.test('an auditor reads what was asked and withheld, not why', async (t) => {
  const exported = await exportFor(t, AS.auditor)
  t.same(labelsOf(exported), [
    SALTED,
    'baotu/p1/v1/plan',
    'baotu/p1/v1/verdicts',
    'baotu/submission',
  ])
  t.equal(ownChecks(exported).length, 0, 'nor what one holder’s own checks found')
  const text = story(exported)
  t.match(text, /Asked for: number of units, sum of tax; by section, size/)
  t.match(text, /Where: size is (small or large|large or small)\n/)
  t.match(text, /Cells withheld: 1 of 4\.\n +Withheld: cell 3 \(F, small\)/)
  t.match(text, /Recomputed from the stored ciphertexts: equal to the record/)
  t.match(text, /Purpose and scenario stand in the request; this folder does not open it/)
  t.match(text, /Business reference: only a salted digest/)
  t.notOk(holdsText(exported, REFERENCE))
  const withheld = answered.answer.groups.filter(({ figures }) => figures === undefined)
  t.same(
    withheld.map(({ codes }) => codes),
    [['F', 'small']],
    'as the bank was answered',
  )
})

t.test('a regulator reads all of it, in words', async (t) => {
  const exported = await exportFor(t, AS.regulator)
  t.ok(holdsText(exported, REFERENCE), 'control: here the reference is')
  t.equal(ownChecks(exported).length, BUREAUS.length)
  const text = story(exported)
  t.match(text, new RegExp(`Business reference: ${REFERENCE}`))
  t.match(text, /Purpose: credit policy \[bt:purpose\/credit-policy\]; scenario: urn:bt:scenario/)
  t.match(text, /Cells withheld: 1 of 4/)
  t.match(exported.size, { count: 3, bytes: 3 * 94_216 })
  const chinese = story(exported, 'zh')
  t.match(chinese, /所问：户数、tax合计；按 section、size 分组/)
  t.match(chinese, /条件：size为 (small或large|large或small)\n/)
  t.match(chinese, /用途：信贷政策制定 \[bt:purpose\/credit-policy\]；场景：urn:bt:scenario/)
  t.match(chinese, /共 4 个单元，未放行 1 个。\n +未放行的单元：第 3 个（F、small）/)
  t.match(chinese, /已用保存的密文重新计算，与记录一致/)
})

t.test('a participant is shown its own matters alone', async (t) => {
  const bank = await exportFor(t, AS.bank)
  const own = ['baotu/p1/v1/verdicts', 'baotu/request', 'baotu/request-reference']
  t.same(labelsOf(bank), own)
  t.match(story(bank), /Withheld: cell 3\n/, 'without the plan a cell has its number')
  const jinan = await exportFor(t, AS.jinan)
  t.same(labelsOf(jinan), [SALTED, 'baotu/submission'])
  t.equal(jinan.openings.length, 3, 'what it submitted, reserved and checked')
  t.equal(ownChecks(jinan).length, 1)
  t.ok(holdsText(jinan, `"holder":"${bureauDid('jinan')}"`))
  t.notOk(holdsText(jinan, REFERENCE))
})

t.test('every party that discloses says so in its log before the folder is written', async (t) => {
  const recipient = 'did:web:court.example'
  const reader = { role: 'REGULATOR', did: recipient } as const
  const { folder } = await exportFor(t, { reader, ciphertexts: false })
  const bundle = digestBytes(readFileSync(path.join(folder, OPENINGS_FILE)))
  const told = Buffer.from(folderBytes(folder)).toString('latin1')
  const entries = [...told.matchAll(/\{"actor":"[^{}]*"type":"evidence\.disclosed","v":1\}/g)]
  const own = entries
    .map(([entry]) => JSON.parse(entry))
    .filter((entry) => entry.recipient === recipient)
  const role = 'REGULATOR'
  t.match(
    own.sort((a, b) => a.actor.localeCompare(b.actor)),
    [
      ...BUREAUS.map((name) => ({ actor: bureauDid(name), recipient, role, openings: 2, bundle })),
      { actor: TINY.gateway, recipient, role, openings: 6, bundle },
      { actor: TINY.release, recipient, role, openings: 1, bundle },
    ].sort((a, b) => a.actor.localeCompare(b.actor)),
  )
})

t.test('an opening that was moved or altered is refused with its place', async (t) => {
  const { folder, openings } = await exportFor(t, AS.regulator)
  rmSync(path.join(folder, MANIFEST_FILE))
  const file = path.join(folder, OPENINGS_FILE)
  const at = (label: string) => openings.findIndex((opening) => opening.label === label)
  const [request, verdicts] = [at('baotu/request'), at('baotu/p1/v1/verdicts')]
  const altered = (index: number, change: (opening: Opening) => Partial<Opening>) => {
    return openings.map((opening, i) =>
      i === index ? { ...opening, ...change(opening) } : opening,
    )
  }
  const attacks: [string, number, readonly Opening[]][] = [
    ['another’s text', request, altered(request, () => ({ text: openings[verdicts]?.text ?? '' }))],
    [
      'another’s digest',
      verdicts,
      altered(verdicts, () => ({ digest: openings[request]?.digest ?? '' })),
    ],
    ['another label', verdicts, altered(verdicts, () => ({ label: 'baotu/p1/v1/plan' }))],
    [
      'a cell that passes after all',
      verdicts,
      altered(verdicts, ({ text }) => ({ text: text.replace('1101', '1111') })),
    ],
  ]
  for (const [name, index, forged] of attacks) {
    t.notSame(forged, openings, name)
    writeFileSync(file, JSON.stringify(forged))
    const { code, text } = verifier(folder)
    t.equal(code, 1, name)
    t.match(text, new RegExp(`OPENING_REFUSED\\] openings\\.json \\(opening ${index}\\)`), name)
  }
  writeFileSync(file, JSON.stringify(openings))
  t.equal(verifier(folder).code, 0, 'control: put back, it verifies')
})

t.test('a receipt that the bank keeps shows whether the log is the one it was shown', async (t) => {
  const home = mkdtempSync(path.join(tmpdir(), 'baotu-receipt-'))
  t.teardown(() => rmSync(home, { recursive: true }))
  const kept = path.join(home, 'kept.tlog-proof')
  const earlier = await exportFor(t, AS.public)
  const later = await ask(tiny.bank, { ...question, requestRef: 'case-2' })
  const proof = await receiptProof(tiny.bank, later)
  writeFileSync(kept, proof)
  const exported = await exportFor(t, AS.public)
  t.equal(listFiles(exported.folder).filter((file) => file.endsWith('.tlog-proof')).length, 2)
  t.match(verifier(exported.folder, '--receipt', kept), { code: 0 })
  t.match(
    verifier(earlier.folder, '--receipt', kept),
    { code: 1, text: /HISTORY_SPLIT.*kept\.tlog-proof/ },
    'a log that ends before what the bank was shown',
  )
  writeFileSync(kept, proof.replace('index ', 'index 1'))
  t.match(verifier(exported.folder, '--receipt', kept), { code: 1, text: /RECEIPT_REFUSED/ })
  await t.rejects(
    receiptProof(tiny.bank, { ...later, release: answered.release }),
    { code: 'RECEIPT_REFUSED' },
    'a receipt of another result',
  )
  const { receipt } = later
  const other = receipt && { ...receipt, checkpoint: answered.receipt?.checkpoint ?? '' }
  await t.rejects(receiptProof(tiny.bank, { ...later, receipt: other }), {
    code: 'RECEIPT_REFUSED',
  })
})

t.test('what is scrubbed or erased is opened to nobody, and all still verifies', async (t) => {
  await tiny.select(TINY.gateway, "delete from session_blob where kind = 'ciphertext'")
  const scrubbed = await exportFor(t, AS.regulator)
  t.match(scrubbed.size, { count: 0 })
  t.match(story(scrubbed), /Not recomputed/)
  const past = 'update evidence_opening set erase_after = 0'
  const keepers = [TINY.gateway, TINY.release, ...BUREAUS.map(bureauDid)]
  for (const did of keepers) await tiny.select(did, past)
  for (const name of ['release', ...BUREAUS] as const) {
    await tiny.crew.kill(name)
    await tiny.crew.start(name)
  }
  const left = async () => {
    const counts = keepers.map(async (did) => {
      return (await tiny.select(did, 'select digest from evidence_opening')).length
    })
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0)
  }
  for (let tries = 0; tries < 100 && (await left()) > 0; tries += 1) await delay(100)
  const exported = await exportFor(t, AS.regulator)
  t.same(exported.openings, [])
  const text = story(exported)
  t.match(text, /nothing was found altered, missing or forged/)
  t.match(text, /What was asked: only a digest is recorded/)
  const told = Buffer.from(folderBytes(exported.folder)).toString('latin1')
  for (const actor of [TINY.gateway, TINY.release]) {
    t.match(told, new RegExp(`"actor":"${actor}"[^{}]*"type":"evidence\\.erased"`))
  }
})
