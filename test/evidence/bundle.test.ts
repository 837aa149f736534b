import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import { formatAnchorRecord, parseAnchorRecord } from '#evidence/anchor-record'
import { writeBundle } from '#evidence/bundle'
import { STRICT_RULES } from '#evidence/chain-rules'
import { listFiles } from '#evidence/evidence-files'
import { logFolder } from '#evidence/evidence-folder'
import { folderSource } from '#evidence/folder-source'
import type { Opening } from '#evidence/opening'
import { formatProof, parseProof } from '#evidence/receipt'
import type { Replay } from '#evidence/replay'
import { parseTrustPolicy } from '#evidence/trust-policy'
import { verifyEvidence } from '#evidence/verify'
import {
  CIPHERTEXTS,
  judged,
  madeBundle,
  policyText,
  REFERENCE,
  replay,
  submissionNaming,
  submissionOf,
  wholeBundle,
} from './made-bundle.ts'
import { temporaryFolder } from './made-folder.ts'
import { MadeLog } from './made-log.ts'
import { digest } from './made-story.ts'

async function bundle(t: Test, submissions?: readonly Opening[]) {
  const folder = path.join(temporaryFolder(t), 'bundle')
  return { folder, logs: await madeBundle(folder, submissions) }
}

t.test('a dispute bundle verifies offline, receipts, openings and replay included', async (t) => {
  const { folder, logs } = await bundle(t)
  const report = judged(folder, logs)
  t.strictSame(report.findings, [])
  t.ok(report.isSealed)
  t.strictSame([...report.replayed], [digest('one result')])
  t.ok(report.openings.has(REFERENCE.digest))
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
  const [ciphertext = ''] = CIPHERTEXTS.keys()
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

t.test('what witnesses and chains say of a log is held to the log', async (t) => {
  const folder = path.join(temporaryFolder(t), 'bundle')
  const { logs, policy } = await wholeBundle(folder, false)
  rmSync(path.join(folder, 'manifest'))
  const [gateway] = logs
  const place = logFolder(gateway.origin)
  const forged = new MadeLog(gateway.origin, 'gateway')
  for (const body of gateway.bodies.toReversed()) forged.addBytes(body)
  const anchors = `${place}/anchors/0`
  const disagrees = { code: 'ANCHOR_DISAGREES', log: gateway.origin, file: anchors }
  const record = readFileSync(path.join(folder, anchors), 'utf8')
  const anchored = parseAnchorRecord(record)
  if (anchored === undefined) throw new Error('no anchor')
  const placed = gateway.bodies.length - 1
  const attacks: readonly [string, string, string, object][] = [
    [
      'another proof than the log records',
      anchors,
      formatAnchorRecord({ ...anchored, proof: Buffer.from('{"height":8}') }),
      { ...disagrees, index: placed, detail: 'another proof' },
    ],
    [
      'a chain that the log does not name',
      anchors,
      formatAnchorRecord({ ...anchored, chain: 'NOTARY' }),
      { ...disagrees, detail: 'the log records no such anchor' },
    ],
    [
      'an older checkpoint, true but never anchored',
      anchors,
      formatAnchorRecord({ ...anchored, note: await gateway.checkpoint(5) }),
      { ...disagrees, detail: 'the log records no such anchor' },
    ],
    [
      'an anchored checkpoint of another history',
      anchors,
      formatAnchorRecord({ ...anchored, note: await forged.checkpoint(5) }),
      { code: 'HISTORY_SPLIT', log: gateway.origin, file: anchors },
    ],
    ['no record at all', anchors, '{}', { ...disagrees, detail: 'cannot be read' }],
    [
      'a cosigned checkpoint of another history',
      `${place}/cosigned`,
      (await forged.checkpoint()) + lastLine(path.join(folder, place, 'cosigned')),
      { code: 'HISTORY_SPLIT', file: `${place}/cosigned` },
    ],
    [
      'one over another checkpoint',
      `${place}/cosigned`,
      (await gateway.checkpoint(7)) + lastLine(path.join(folder, place, 'cosigned')),
      { code: 'QUORUM_NOT_MET', detail: 'a cosignature does not verify' },
    ],
  ]
  t.match(judged(folder, logs, policy), {
    findings: [],
    anchored: [{ origin: gateway.origin, chain: 'QUANCHENG', size: placed }],
  })
  for (const [name, file, text, finding] of attacks) {
    const kept = readFileSync(path.join(folder, file))
    writeFileSync(path.join(folder, file), text)
    const { findings, anchored: upTo } = judged(folder, logs, policy)
    t.match(findings, [finding], name)
    t.equal(findings.length, 1, name)
    if (file === anchors) t.strictSame(upTo, [], `${name}: it is not said to be anchored`)
    writeFileSync(path.join(folder, file), kept)
  }
  t.strictSame(judged(folder, logs, policy).findings, [], 'put back, it verifies')
})

function lastLine(file: string): string {
  return `${readFileSync(file, 'utf8').trimEnd().split('\n').at(-1)}\n`
}

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

t.test('a submission that is opened as another than was recorded is found', async (t) => {
  const [first = '', second = ''] = CIPHERTEXTS.keys()
  const attacks: readonly [string, unknown, string][] = [
    ['another ciphertext', [second], 'names other ciphertexts'],
    ['one too many', [first, second], 'names other ciphertexts'],
    ['none', [], 'names other ciphertexts'],
    ['a list in one name', [`${first},`], 'names other ciphertexts'],
    ['no list', first, 'cannot be read'],
  ]
  const place = { code: 'SUBMISSION_DIFFERS', log: 'gateway.example/log', index: 15 }
  for (const [name, digests, detail] of attacks) {
    const { folder, logs } = await bundle(t, [submissionNaming(digests), submissionOf(1)])
    const { findings, replayed } = judged(folder, logs)
    t.strictSame(findings, [{ ...place, detail }], name)
    t.equal(replayed.size, 0, `${name}: nothing is said to be recomputed`)
    const policy = parseTrustPolicy(policyText(logs))
    const without = verifyEvidence(folder, { policy, rules: STRICT_RULES })
    t.strictSame(without.findings, [{ ...place, detail }], `${name}: seen without an engine too`)
  }
})

t.test('a receipt of a history that was rewritten since exposes it', async (t) => {
  const { folder, logs } = await bundle(t)
  const [gateway] = logs
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
