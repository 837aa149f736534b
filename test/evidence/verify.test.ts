import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { STRICT_RULES } from '#evidence/chain-rules'
import { encodeBundle } from '#evidence/entry-bundle'
import { listFiles } from '#evidence/evidence-files'
import { logFolder } from '#evidence/evidence-folder'
import { exportTiles } from '#evidence/export'
import { startPublisher } from '#evidence/publisher'
import type { TileSource } from '#evidence/tile-source'
import { exported, temporaryFolder, verified } from './made-folder.ts'
import { MadeLog } from './made-log.ts'
import { allLogs, gatewayLog, standing } from './made-story.ts'

t.test('good evidence verifies, and names what it checked', async (t) => {
  const folder = temporaryFolder(t)
  const logs = allLogs()
  await exported(folder, logs)
  const report = verified(folder, logs)
  t.strictSame(report.findings, [])
  t.ok(report.isGood)
  t.strictSame(
    report.checkpoints.map(({ size }) => size),
    [21, 3, 7, 7],
  )
  t.equal(report.results.length, 1)
})

t.test('a dropped, swapped, doubled or forged entry is named by its number', async (t) => {
  const truth = gatewayLog()
  const file = path.join(logFolder(truth.origin), `tile/entries/000.p/${truth.bodies.length}`)
  const forged = [...gatewayLog('other').bodies]
  const cases: readonly [string, (bodies: Uint8Array[]) => Uint8Array[], object[]][] = [
    ['dropped', (b) => b.toSpliced(9, 1), [{ code: 'ENTRY_MISSING', index: 9 }]],
    [
      'swapped',
      (b) => b.with(3, at(b, 4)).with(4, at(b, 3)),
      [
        { code: 'ENTRY_MOVED', index: 3 },
        { code: 'ENTRY_MOVED', index: 4 },
      ],
    ],
    ['doubled', (b) => b.toSpliced(6, 0, at(b, 5)), [{ code: 'ENTRY_ADDED', index: 6 }]],
    ['put for another', (b) => b.with(6, at(b, 5)), [{ code: 'ENTRY_ALTERED', index: 6 }]],
    [
      'forged',
      (b) => b.with(12, Buffer.from(at(forged, 12)).fill(65, 9, 10)),
      [{ code: 'ENTRY_ALTERED', index: 12 }],
    ],
  ]
  for (const [name, change, expected] of cases) {
    const folder = temporaryFolder(t)
    await exported(folder, [truth])
    writeFileSync(path.join(folder, file), encodeBundle(change(truth.bodies)))
    const { findings, isGood } = verified(folder, [truth])
    t.notOk(isGood, name)
    const found = findings.filter(
      ({ code }) => code.startsWith('ENTRY') && code !== 'ENTRY_MALFORMED',
    )
    t.match(found, expected, `${name}: ${JSON.stringify(findings)}`)
    t.equal(found.length, expected.length, name)
  }
})

t.test('every single-bit change of a log is found', async (t) => {
  const log = new MadeLog('gateway.example/log', 'bits')
  for (const draft of standing().slice(0, 6)) log.add(draft)
  const folder = temporaryFolder(t)
  await exported(folder, [log])
  t.ok(verified(folder, [log]).isGood, 'control: untouched it verifies')
  const place = path.join(folder, logFolder(log.origin))
  for (const name of listFiles(place)) {
    const file = path.join(place, name)
    const bytes = readFileSync(file)
    const missed: number[] = []
    for (let bit = 0; bit < bytes.length * 8; bit += 13) {
      const changed = Buffer.from(bytes)
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit % 8)), bit >> 3)
      writeFileSync(file, changed)
      const { findings } = verified(folder, [log])
      if (!findings.some((finding) => finding.file?.endsWith(name))) missed.push(bit)
    }
    writeFileSync(file, bytes)
    t.strictSame(missed, [], `${name}: ${bytes.length} bytes`)
  }
})

t.test(
  'a log of several tiles grows in place, and its old partial files still count',
  async (t) => {
    const log = new MadeLog('gateway.example/log', 'many')
    const folder = temporaryFolder(t)
    const grow = async (count: number) => {
      for (let i = 0; i < count; i++) for (const draft of standing()) log.add(draft)
      await exportTiles(log, path.join(folder, logFolder(log.origin)))
      t.strictSame(verified(folder, [log]).findings, [], `${log.bodies.length} entries`)
    }
    for (const count of [10, 21]) await grow(count)
    const place = path.join(folder, logFolder(log.origin))
    t.strictSame(partials(place), ['tile/0/000.p', 'tile/entries/000.p'])
    t.ok(existsSync(path.join(place, 'tile/0/000.p/80')), 'a smaller log of this folder had it')
    const mirrored = temporaryFolder(t)
    cpSync(place, mirrored, { recursive: true })
    await grow(1)
    t.strictSame(partials(place), ['tile/1/000.p'], 'gone where the full tile is there')
    cpSync(mirrored, place, { recursive: true, force: false })
    t.strictSame(verified(folder, [log]).findings, [], 'a mirror may keep them')
    for (const count of [33, 64]) await grow(count)
    rmSync(path.join(place, 'tile/0/000.p'), { recursive: true })
    rmSync(path.join(place, 'tile/entries/000.p'), { recursive: true })
    const edge = ['tile/0/004.p', 'tile/1/000.p', 'tile/entries/004.p']
    t.strictSame(partials(place), edge, 'of tile 2, partial between, nothing is left either')
    const old = path.join(place, 'tile/0/000.p/80')
    mkdirSync(path.dirname(old), { recursive: true })
    const bytes = readFileSync(path.join(mirrored, 'tile/0/000.p/80'))
    writeFileSync(old, bytes)
    t.strictSame(verified(folder, [log]).findings, [])
    writeFileSync(old, bytes.fill(0, 64, 65))
    t.match(verified(folder, [log]).findings, [{ code: 'FILE_ALTERED', file: /000\.p\/80$/ }])
    rmSync(path.join(folder, logFolder(log.origin), 'tile/1/000.p/4'), { force: true })
    t.ok(verified(folder, [log]).findings.some(({ code }) => code === 'FILE_MISSING'))
  },
)

t.test(
  'what a log signed is judged as it stands: a false tile, an entry that is none',
  async (t) => {
    const log = gatewayLog()
    const folder = temporaryFolder(t)
    await exported(folder, [log])
    const rules = { ...STRICT_RULES, require: new Set<never>() }
    const tile = path.join(folder, logFolder(log.origin), 'tile/0/000.p/21')
    const bytes = readFileSync(tile)
    writeFileSync(tile, Buffer.from(bytes).fill(0, 96, 97))
    t.match(
      verified(folder, [log], rules).findings.map(({ code, index }) => `${code} ${index}`),
      ['TILE_ALTERED 3'],
      'the entries that give the signed root are not blamed',
    )
    writeFileSync(tile, bytes)
    t.strictSame(verified(folder, [log], rules).findings, [], 'control')
    log.addBytes(Buffer.from('{"type":"secret.leaked"}'))
    const odd = temporaryFolder(t)
    await exported(odd, [log])
    t.match(verified(odd, [log], rules).findings, [{ code: 'ENTRY_MALFORMED', index: 21 }])
  },
)

t.test('a checkpoint that others hold must be a part of the history shown', async (t) => {
  const log = gatewayLog()
  const folder = temporaryFolder(t)
  await exported(folder, [log])
  const rules = { ...STRICT_RULES, require: new Set<never>() }
  const seen = path.join(folder, logFolder(log.origin), 'seen')
  mkdirSync(seen)
  const other = new MadeLog(log.origin, 'gateway')
  for (const [i, body] of log.bodies.entries()) if (i !== 4) other.addBytes(body)
  writeFileSync(path.join(seen, 'bank'), await log.checkpoint(9))
  writeFileSync(path.join(seen, 'tax'), await log.checkpoint())
  t.strictSame(verified(folder, [log], rules).findings, [], 'an older one and the same one')
  writeFileSync(path.join(seen, 'tax'), await other.checkpoint(9))
  const split = { code: 'HISTORY_SPLIT', file: /seen\/tax$/, detail: 'size 9 of another history' }
  t.match(verified(folder, [log], rules).findings, [split])
  for (const draft of standing().slice(0, 1)) log.add(draft)
  writeFileSync(path.join(seen, 'tax'), await log.checkpoint())
  t.match(
    verified(folder, [log], rules).findings,
    [{ ...split, detail: /^size 22/ }],
    'a longer one',
  )
})

/** The folders of partial tiles and bundles below a log's folder. */
function partials(place: string): string[] {
  const folders = listFiles(place).flatMap((file) => /^.*\.p(?=\/)/.exec(file)?.[0] ?? [])
  return [...new Set(folders)]
}

t.test('a published folder is of one log and one history', async (t) => {
  const [log, other] = [new MadeLog('a.example/log', 'a'), new MadeLog('b.example/log', 'b')]
  for (const draft of standing()) for (const one of [log, other]) one.add(draft)
  const folder = temporaryFolder(t)
  await exportTiles(log, folder)
  await t.rejects(exportTiles(other, folder), { code: 'LOG_UNAVAILABLE' })
  const fork = new MadeLog('a.example/log', 'a')
  for (const body of log.bodies.toReversed()) fork.addBytes(body)
  await t.rejects(exportTiles(fork, folder), { code: 'LOG_FORKED' }, 'of the same size')
  t.strictSame(verified(folder, [log]).findings, [], 'nothing of it was written')
})

t.test('a writer that died half-way leaves nothing that is taken for a tile', async (t) => {
  const log = new MadeLog('a.example/log', 'a')
  for (const draft of standing()) log.add(draft)
  const folder = temporaryFolder(t)
  const dying = { ...sourceOf(log), bundle: () => Promise.reject(new Error('died')) }
  await t.rejects(exportTiles(dying, folder), /died/)
  t.notOk(existsSync(path.join(folder, 'checkpoint')), 'the checkpoint comes last')
  writeFileSync(path.join(folder, '.next'), 'half a ti')
  await exportTiles(log, folder)
  t.notOk(existsSync(path.join(folder, '.next')))
  t.strictSame(verified(folder, [log]).findings, [])
})

function sourceOf(log: MadeLog): TileSource {
  return {
    checkpoint: () => log.checkpoint(),
    tile: (level, index) => log.tile(level, index),
    bundle: (index) => log.bundle(index),
  }
}

t.test('a published folder never goes back', async (t) => {
  const log = new MadeLog('gateway.example/log', 'published')
  const folder = temporaryFolder(t)
  for (let i = 0; i < 70; i++) for (const draft of standing()) log.add(draft)
  await exportTiles(log, folder)
  t.strictSame(verified(folder, [log]).findings, [], 'a log alone is evidence too')
  const older = new MadeLog('gateway.example/log', 'published')
  for (const draft of standing()) older.add(draft)
  await t.rejects(exportTiles(older, folder), { code: 'LOG_FORKED' })
  const errors: unknown[] = []
  const onError = (error: unknown) => errors.push(error)
  {
    await using _ = startPublisher(log, { folder, everyMs: 5, onError })
    for (const draft of standing()) log.add(draft)
    const published = () => readFileSync(path.join(folder, 'checkpoint'), 'utf8').split('\n')[1]
    while (published() !== '568') await new Promise((resolve) => setTimeout(resolve, 5))
  }
  t.strictSame(errors, [])
  t.strictSame(verified(folder, [log]).findings, [])
})

function at(bodies: readonly Uint8Array[], index: number): Uint8Array {
  return bodies[index] ?? new Uint8Array(0)
}
