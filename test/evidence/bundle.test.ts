import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import { digestBytes } from '#crypto/digest'
import { writeBundle } from '#evidence/bundle'
import { STRICT_RULES } from '#evidence/chain-rules'
import { listFiles } from '#evidence/evidence-files'
import { logFolder } from '#evidence/evidence-folder'
import { folderSource } from '#evidence/folder-source'
import { sealValue } from '#evidence/opening'
import { formatProof, parseProof } from '#evidence/receipt'
import type { Replay, ReplayInput } from '#evidence/replay'
import { parseTrustPolicy } from '#evidence/trust-policy'
import { verifyEvidence } from '#evidence/verify'
import { seededRandom } from '../support/fixtures.ts'
import { temporaryFolder } from './made-folder.ts'
import { MadeLog } from './made-log.ts'
import { answered, digest, holderLog, holderSteps, RELEASE, standing, TAX } from './made-story.ts'

// Two "ciphertexts" and an addition that is none: what is tested is what is fed to it.
const ciphertexts = new Map(
  TAX.map((holder) => {
    const bytes = Buffer.from(`ciphertext of ${holder}`)
    return [digestBytes(bytes) as string, bytes] as const
  }),
)
const sumOf = (inputs: readonly ReplayInput[]) =>
  digestBytes(
    Buffer.concat(inputs.flatMap(({ parts }) => parts.flatMap((part) => part.ciphertexts))),
  )

const replay: Replay = (inputs, sum) => sumOf(inputs) === sum

const reference = sealValue('QRT-2025-000123', seededRandom('reference'))

function submissionOf(at: number) {
  const parts = [{ part: 'tax', ciphertexts: [[...ciphertexts.keys()][at] ?? ''] }]
  const payload = Buffer.from(JSON.stringify({ parts })).toString('base64url')
  const text = JSON.stringify({ sid: digest('sid'), submission: `e30.${payload}.AA` })
  return { digest: digestOfText('baotu/submission', text), label: 'baotu/submission', text }
}

function digestOfText(label: string, text: string): string {
  return digestBytes(Buffer.from(`${label}\0${text}`))
}

async function bundle(t: Test): Promise<{ folder: string; logs: MadeLog[] }> {
  const gateway = new MadeLog('gateway.example/log', 'gateway')
  const submissions = TAX.map((_, at) => submissionOf(at))
  const sum = sumOf(
    TAX.map((holder, at) => ({
      holder,
      parts: [{ part: 'tax', ciphertexts: [[...ciphertexts.values()][at] ?? Buffer.of()] }],
    })),
  )
  const release = new MadeLog('release.example/log', 'release')
  let at = 0
  for (const draft of [...standing(), ...answered('one')]) {
    if (draft.type === 'request.received') gateway.add({ ...draft, reference: reference.digest })
    else if (draft.type === 'input.submitted') {
      const submission = submissions[at]?.digest ?? ''
      gateway.add({ ...draft, submission, ciphertexts: [[...ciphertexts.keys()][at] ?? ''] })
      at += 1
    } else if (draft.type === 'release.sealed') {
      const sealed = { ...draft, inputs: [...ciphertexts.keys()], sum }
      for (const log of [gateway, release]) log.add(sealed)
    } else {
      gateway.add(draft)
      const isShared = draft.type === 'session.opened' || draft.type === 'session.transcript'
      if (isShared) release.add({ ...draft, actor: RELEASE })
    }
  }
  const holders = TAX.map((holder, i) => {
    const log = new MadeLog(holderLog(holder).origin, holder)
    const submission = submissions[i]?.digest ?? ''
    for (const step of holderSteps(holder)) {
      log.add(step.type === 'holder.submitted' ? { ...step, submission } : step)
    }
    return log
  })
  const logs = [gateway, release, ...holders]
  const folder = path.join(temporaryFolder(t), 'bundle')
  await writeBundle(folder, {
    logs: logs.map((log) => ({ origin: log.origin, source: log, seen: [] })),
    policy: policyText(logs),
    rules: STRICT_RULES,
    receipts: [await gateway.receipt(18, 19), await gateway.receipt(9)],
    openings: [reference, ...submissions],
    ciphertexts,
    signer: gateway.signer,
  })
  return { folder, logs }
}

function policyText(logs: readonly MadeLog[]): string {
  return `${logs.map((log) => `log ${log.signer.verifier.vkey}`).join('\n')}\nquorum none\n`
}

function judged(folder: string, logs: readonly MadeLog[]) {
  const policy = parseTrustPolicy(policyText(logs))
  return verifyEvidence(folder, { policy, rules: STRICT_RULES, replay })
}

t.test('a dispute bundle verifies offline, receipts, openings and replay included', async (t) => {
  const { folder, logs } = await bundle(t)
  const report = judged(folder, logs)
  t.strictSame(report.findings, [])
  t.ok(report.isSealed)
  t.strictSame([...report.replayed], [digest('one result')])
  t.ok(report.openings.has(reference.digest))
})

t.test('one changed bit in any file of a bundle is reported with the file', async (t) => {
  const { folder, logs } = await bundle(t)
  for (const name of listFiles(folder)) {
    const file = path.join(folder, name)
    const bytes = readFileSync(file)
    const step = Math.max(1, Math.floor(bytes.length / 12))
    for (let at = 0; at < bytes.length; at += step) {
      const changed = Buffer.from(bytes)
      changed.writeUInt8(changed.readUInt8(at) ^ (1 << (at % 8)), at)
      writeFileSync(file, changed)
      const { findings } = judged(folder, logs)
      if (!findings.some((finding) => finding.file === name)) t.fail(`${name} byte ${at}`)
    }
    writeFileSync(file, bytes)
  }
  t.strictSame(judged(folder, logs).findings, [], 'control: put back, it verifies')
})

t.test('a file taken out or put in is named', async (t) => {
  const { folder, logs } = await bundle(t)
  for (const name of listFiles(folder).filter((file) => file !== 'manifest')) {
    const kept = path.join(temporaryFolder(t), 'kept')
    cpSync(path.join(folder, name), kept)
    rmSync(path.join(folder, name))
    const { findings } = judged(folder, logs)
    t.match(
      findings.filter(({ file }) => file === name),
      [{ code: 'FILE_MISSING' }],
      name,
    )
    cpSync(kept, path.join(folder, name))
  }
  writeFileSync(path.join(folder, 'extra'), 'x')
  t.match(judged(folder, logs).findings, [{ code: 'FILE_UNEXPECTED', file: 'extra' }])
  rmSync(path.join(folder, 'extra'))
  const more = 'receipts/9.tlog-proof'
  cpSync(path.join(folder, 'receipts/1.tlog-proof'), path.join(folder, more))
  t.match(judged(folder, logs).findings, [{ code: 'FILE_UNEXPECTED', file: more }], 'true or not')
  rmSync(path.join(folder, 'manifest'))
  t.notOk(judged(folder, logs).isSealed, 'without its manifest it says so')
})

t.test('without the manifest each part still answers for itself', async (t) => {
  const { folder, logs } = await bundle(t)
  rmSync(path.join(folder, 'manifest'))
  const [ciphertext = ''] = ciphertexts.keys()
  const edits: [string, (text: string) => string, object][] = [
    ['openings.json', (text) => text.replace('000123', '000124'), { code: 'OPENING_REFUSED' }],
    [`ciphertexts/${ciphertext}`, (text) => `${text}!`, { code: 'FILE_ALTERED' }],
    [
      'receipts/0.tlog-proof',
      (text) => text.replace('index 18', 'index 17'),
      { code: 'RECEIPT_REFUSED' },
    ],
  ]
  for (const [name, edit, finding] of edits) {
    const file = path.join(folder, name)
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, edit(text))
    t.match(judged(folder, logs).findings, [finding], name)
    writeFileSync(file, text)
  }
})

t.test('an altered entry contradicts the receipt that someone holds', async (t) => {
  const { folder, logs } = await bundle(t)
  rmSync(path.join(folder, 'manifest'))
  const place = path.join(folder, logFolder('gateway.example/log'))
  const file = path.join(place, 'tile/entries/000.p/21')
  const text = readFileSync(file, 'latin1')
  writeFileSync(file, text.replace('"watermark":"sha256-', '"watermark":"sha255-'), 'latin1')
  t.match(
    judged(folder, logs).findings.filter(({ index }) => index === 18),
    [
      { code: 'ENTRY_MALFORMED', file: /entries\/000\.p\/21$/ },
      { code: 'ENTRY_ALTERED', file: /entries\/000\.p\/21$/ },
      { code: 'ENTRY_ALTERED', file: 'receipts/0.tlog-proof' },
    ],
  )
})

t.test('a release that is not the sum of its inputs is found by replaying it', async (t) => {
  const { folder, logs } = await bundle(t)
  const policy = parseTrustPolicy(policyText(logs))
  const wrong: Replay = (inputs, sum) => replay(inputs.slice(1), sum)
  const { findings } = verifyEvidence(folder, { policy, rules: STRICT_RULES, replay: wrong })
  t.match(findings, [{ code: 'REPLAY_DIFFERS', log: 'gateway.example/log', index: 17 }])
  const without = verifyEvidence(folder, { policy, rules: STRICT_RULES })
  t.equal(without.replayed.size, 0, 'and without an engine nothing is claimed')
})

t.test('a receipt of a history that was rewritten since exposes it', async (t) => {
  const { folder, logs } = await bundle(t)
  const [gateway] = logs
  if (gateway === undefined) return
  const forged = new MadeLog(gateway.origin, 'gateway')
  for (const [i, body] of gateway.bodies.entries()) if (i !== 12) forged.addBytes(body)
  const receipts = listFiles(folder).filter((file) => file.startsWith('receipts/'))
  const place = path.join(temporaryFolder(t), 'rewritten')
  await writeBundle(place, {
    logs: [forged, ...logs.slice(1)].map((log) => ({ origin: log.origin, source: log })),
    policy: policyText(logs),
    rules: STRICT_RULES,
    receipts: receipts.map((file) => parseProof(readFileSync(path.join(folder, file), 'utf8'))),
    openings: [],
    ciphertexts: new Map(),
    signer: gateway.signer,
  })
  t.match(
    judged(place, logs).findings.filter(({ code }) => code === 'HISTORY_SPLIT'),
    [{ file: 'receipts/0.tlog-proof', index: 18 }],
  )
})

t.test('proof files have one spelling; a mirrored folder is a source again', async (t) => {
  const { folder, logs } = await bundle(t)
  const [gateway] = logs
  if (gateway === undefined) return
  const proof = formatProof(await gateway.receipt(4))
  t.match(proof, /^c2sp\.org\/tlog-proof@v1\nextra /)
  t.equal(formatProof(parseProof(proof)), proof)
  for (const text of [
    '',
    proof.replace('v1', 'v2'),
    proof.replace('index 4', 'index 04'),
    `${proof}\n`,
  ]) {
    t.throws(() => parseProof(text), { code: /RECEIPT_REFUSED|NOTE_MALFORMED/ })
  }
  const source = folderSource(path.join(folder, logFolder(gateway.origin)))
  t.equal(await source.checkpoint(), await gateway.checkpoint())
  t.strictSame((await source.bundle(0)).map(String), gateway.bodies.map(String))
  t.strictSame(Buffer.from(await source.tile(0, 0)), Buffer.from(await gateway.tile(0, 0)))
})
