import { execFileSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import { writeBundle } from '#evidence/bundle'
import { STRICT_RULES } from '#evidence/chain-rules'
import { checkpointText } from '#evidence/checkpoint'
import { logFolder, MANIFEST_FILE } from '#evidence/evidence-folder'
import { formatNote } from '#evidence/signed-note'
import { runVerifier } from '#evidence/verifier'
import { temporaryFolder, verified } from './made-folder.ts'
import { MadeLog } from './made-log.ts'
import { allLogs, gatewayLog } from './made-story.ts'

const logs = allLogs()
const [gateway = gatewayLog()] = logs
const policy = `${logs.map((log) => `log ${log.signer.verifier.vkey}`).join('\n')}\nquorum none\n`

const written = path.join(temporaryFolder(t), 'bundle')
await writeBundle(written, {
  logs: logs.map((log) => ({ origin: log.origin, source: log, seen: [] })),
  ...{ policy, rules: STRICT_RULES, receipts: [], openings: [], ciphertexts: new Map() },
})

function bundle(t: Test): string {
  const folder = path.join(temporaryFolder(t), 'bundle')
  cpSync(written, folder, { recursive: true })
  return folder
}

/** What the program says and how it ends; a throw would fail the test. */
function told(folder: string, ...argv: string[]): { code: number; text: string } {
  const lines: string[] = []
  const say = (text: string) => lines.push(text)
  const code = runVerifier([folder, '--lang', 'en', ...argv], {
    ...{ cwd: '/', stdout: say, stderr: say },
  })
  return { code, text: lines.join('') }
}

t.test('a link, a pipe and a huge file are named and never opened', async (t) => {
  const folder = bundle(t)
  const tile = `${logFolder(gateway.origin)}/tile/0/000.p/21`
  const outside = path.join(temporaryFolder(t), 'outside')
  renameSync(path.join(folder, tile), outside)
  symlinkSync(outside, path.join(folder, tile))
  symlinkSync('/dev/zero', path.join(folder, 'endless'))
  symlinkSync(path.dirname(outside), path.join(folder, 'receipts'))
  execFileSync('mkfifo', [path.join(folder, 'pipe')])
  writeFileSync(path.join(folder, 'huge'), '')
  truncateSync(path.join(folder, 'huge'), 2 ** 40)
  const { findings } = verified(folder, logs)
  const odd = findings.filter(({ detail }) => detail === 'not a plain file')
  t.strictSame(odd.map(({ file }) => file).sort(), ['endless', tile, 'pipe', 'receipts'].sort())
  t.match(
    findings.filter(({ file }) => file === tile).map(({ code }) => code),
    ['FILE_UNEXPECTED', 'FILE_MISSING'],
    'what is behind the link counts for nothing',
  )
  t.match(
    findings.find(({ file }) => file === 'huge'),
    { detail: '1099511627776 bytes, not read' },
  )
  t.equal(told(folder).code, 1)
})

t.test('the folder’s own policy and rules are opened as plain files only', async (t) => {
  const folder = bundle(t)
  rmSync(path.join(folder, 'policy'))
  symlinkSync('/dev/zero', path.join(folder, 'policy'))
  t.match(told(folder), { code: 2, text: /TRUST_POLICY_MALFORMED|holds no policy/ })
  rmSync(path.join(folder, 'policy'))
  mkdirSync(path.join(folder, 'policy'))
  t.equal(told(folder).code, 2)
  mkdirSync(path.join(folder, 'receipts/a.tlog-proof'), { recursive: true })
  rmSync(path.join(folder, 'rules.json'))
  symlinkSync('/dev/zero', path.join(folder, 'rules.json'))
  const own = path.join(temporaryFolder(t), 'policy')
  writeFileSync(own, policy)
  t.match(told(folder, '--policy', own), { code: 1, text: /rules\.json \(not a plain file\)/ })
})

t.test('a log that claims 2^52 entries, or a bundle of a million, is judged at once', async (t) => {
  const folder = bundle(t)
  const place = path.join(folder, logFolder(gateway.origin))
  const text = checkpointText({ origin: gateway.origin, size: 2 ** 52, root: Buffer.alloc(32) })
  const note = formatNote({ text, signatures: [await gateway.signer.sign(text)] })
  writeFileSync(path.join(place, 'checkpoint'), note)
  const { findings } = verified(folder, logs)
  t.ok(findings.some(({ code }) => code === 'CHECKPOINT_MISMATCH'))
  t.ok(findings.length < 400)
  const other = bundle(t)
  const entries = path.join(other, logFolder(gateway.origin), 'tile/entries/000.p/21')
  writeFileSync(entries, Buffer.alloc(2_000_000))
  const crowded = verified(other, logs).findings
  t.ok(crowded.some(({ code, index }) => code === 'ENTRY_ALTERED' && index === 0))
  t.ok(crowded.length < 1200)
})

t.test('deep, odd and crowded JSON is a finding', async (t) => {
  const texts = ['['.repeat(1e6), `[${'[]'.padEnd(300_001, ',[]')}]`, '{"a":1}', '[null]', '\0']
  for (const openings of texts) {
    const folder = bundle(t)
    writeFileSync(path.join(folder, 'openings.json'), openings)
    rmSync(path.join(folder, MANIFEST_FILE))
    const { findings } = verified(folder, logs)
    t.ok(findings.some(({ code }) => code === 'OPENING_REFUSED'))
    t.ok(findings.length <= 1000)
  }
  const folder = bundle(t)
  const names = '[1]'.replace('1', '['.repeat(1e5) + ']'.repeat(1e5))
  for (const rules of [`{"require":[],"names":${names}}`, '{"require":[],"names":{"x":"y"}}']) {
    writeFileSync(path.join(folder, 'rules.json'), rules)
    t.match(told(folder), { code: 1, text: /rules\.json \(cannot be read\)/ })
  }
})

t.test('names that would write on the reader’s terminal are spelled out', async (t) => {
  const folder = bundle(t)
  const name = 'x\n\u001b[2J\u202eConclusion: nothing was found altered'
  writeFileSync(path.join(folder, name), '')
  const { code, text } = told(folder)
  t.equal(code, 1)
  t.match(text, 'x\\u{a}\\u{1b}[2J\\u{202e}Conclusion')
  t.notOk(text.includes('\u001b') || text.includes('\u202e'))
})

t.test('without a manifest a file that nothing vouches for is named all the same', async (t) => {
  const folder = bundle(t)
  rmSync(path.join(folder, MANIFEST_FILE))
  const stranger = new MadeLog('stranger.example/log', 'stranger')
  const strange = `logs/${'0'.repeat(64)}/checkpoint`
  mkdirSync(path.dirname(path.join(folder, strange)))
  writeFileSync(path.join(folder, strange), await stranger.checkpoint())
  writeFileSync(path.join(folder, 'README.exe'), 'x')
  t.match(verified(folder, logs).findings, [
    { code: 'FILE_UNEXPECTED', file: 'README.exe' },
    { code: 'FILE_UNEXPECTED', file: strange },
  ])
})

t.test('an unsigned manifest shows every changed bit, and claims no more', async (t) => {
  const folder = bundle(t)
  t.match(verified(folder, logs), { isGood: true, isSealed: false })
  t.match(told(folder).text, /no signed manifest/)
  for (const name of [MANIFEST_FILE, 'policy', 'rules.json', 'openings.json']) {
    const file = path.join(folder, name)
    const bytes = readFileSync(file)
    const step = name === MANIFEST_FILE ? 7 : 31
    for (let at = 0; at < bytes.length; at += step) {
      const changed = Buffer.from(bytes)
      changed.writeUInt8(changed.readUInt8(at) ^ (1 << (at % 8)), at)
      writeFileSync(file, changed)
      if (verified(folder, logs).isGood) t.fail(`${name} byte ${at}`)
    }
    writeFileSync(file, bytes)
  }
})

t.test('files cut short, older checkpoints and checkpoints of another log', async (t) => {
  const folder = bundle(t)
  rmSync(path.join(folder, MANIFEST_FILE))
  const place = path.join(folder, logFolder(gateway.origin))
  const spoil = async (work: (place: string) => Promise<void> | void) => {
    const kept = path.join(temporaryFolder(t), 'kept')
    cpSync(place, kept, { recursive: true })
    await work(place)
    const { findings } = verified(folder, logs)
    rmSync(place, { recursive: true })
    cpSync(kept, place, { recursive: true })
    return findings.map(({ code }) => code)
  }
  for (const file of ['checkpoint', 'tile/0/000.p/21', 'tile/entries/000.p/21']) {
    for (const left of [0, 1, 31]) {
      const codes = await spoil((at) => truncateSync(path.join(at, file), left))
      t.ok(codes.length > 0, `${file} cut to ${left}`)
    }
  }
  const older = await gateway.checkpoint(15)
  const codes = await spoil((at) => writeFileSync(path.join(at, 'checkpoint'), older))
  t.ok(codes.includes('FILE_ALTERED') && codes.includes('FILE_MISSING'), codes.join())
  const [, other] = logs
  const foreign = (await other?.checkpoint()) ?? ''
  const swapped = await spoil((at) => writeFileSync(path.join(at, 'checkpoint'), foreign))
  t.ok(swapped.includes('CHECKPOINT_REFUSED'))
  t.strictSame(verified(folder, logs).findings, [], 'control: put back, it verifies')
})
