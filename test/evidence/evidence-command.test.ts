import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { evidence, runEvidenceCommand } from '#cli/evidence'
import { logFolder } from '#evidence/evidence-folder'
import { subjectTag } from '#evidence/subject-tag'
import { seededRandom } from '../support/fixtures.ts'
import { exported, temporaryFolder } from './made-folder.ts'
import { madeKey } from './made-log.ts'
import { allLogs, digest, gatewayLog, TAX } from './made-story.ts'

async function ran(cwd: string, ...argv: string[]) {
  const [out, err]: [string[], string[]] = [[], []]
  const code = await runEvidenceCommand(argv, {
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
    cwd,
  })
  return { code, out: out.join(''), err: err.join('') }
}

t.test('verify, lineage and a bundle that verifies again elsewhere', async (t) => {
  const cwd = temporaryFolder(t)
  const logs = allLogs()
  await exported(path.join(cwd, 'space'), logs)
  const result = digest('one result')
  t.match(await ran(cwd, 'verify', 'space', '--lang', 'zh'), { code: 0, out: /未发现任何改动/ })
  const tree = await ran(cwd, 'lineage', 'space', result)
  t.equal(tree.code, 0)
  t.match(tree.out, `result ${result}  [gateway.example/log 18]`)
  const [tax] = TAX
  t.match(tree.out, `        dataset ${digest(`rows ${tax}`)}  [tax.jinan.example/log 1]`)
  const [gateway] = logs
  const pem = madeKey('gateway').export({ type: 'pkcs8', format: 'pem' })
  writeFileSync(path.join(cwd, 'key'), pem)
  const named = ['--key', 'key', '--name', gateway?.origin ?? '']
  const bundle = await ran(cwd, 'bundle', 'space', result, '--out', 'bundle', ...named)
  t.equal(bundle.code, 0, bundle.err)
  const again = await ran(cwd, 'verify', 'bundle', '--policy', 'space/policy', '--json')
  t.match(JSON.parse(again.out), { isGood: true, isSealed: true, results: [result] })
  writeFileSync(path.join(cwd, 'bundle/rules.json'), '{"require":[]}')
  t.match(await ran(cwd, 'verify', 'bundle', '--lang', 'en'), {
    code: 1,
    out: /FILE_ALTERED.*rules/,
  })
})

t.test(
  'records are found by type, party, digest and time; a defect is not passed over',
  async (t) => {
    const cwd = temporaryFolder(t)
    const logs = allLogs()
    await exported(path.join(cwd, 'space'), logs)
    const found = async (...filters: string[]) => {
      const { code, out, err } = await ran(cwd, 'records', 'space', '--json', ...filters)
      t.equal(code, 0, err)
      const records: { index: number; log: string; entry: { type: string; at: number } }[] =
        JSON.parse(out)
      return records
    }
    const all = await found()
    t.equal(
      all.length,
      logs.reduce((sum, log) => sum + log.bodies.length, 0),
    )
    t.strictSame(
      all.map(({ entry }) => entry.at),
      all.map(({ entry }) => entry.at).sort(),
    )
    const decided = await found('--type', 'request.decided', '--type', 'request.received')
    const types = new Set(decided.map(({ entry }) => entry.type))
    t.strictSame([...types].sort(), ['request.decided', 'request.received'])
    const about = await found('--naming', digest('one result'))
    t.ok(about.length > 1 && about.length < all.length)
    t.ok(about.every(({ entry }) => JSON.stringify(entry).includes(digest('one result'))))
    t.strictSame(await found('--actor', 'did:web:nobody.example'), [])
    const middle = all[Math.floor(all.length / 2)]?.entry.at ?? 0
    const at = new Date(middle).toISOString().replace(/\.\d+/, '')
    const [before, after] = [await found('--until', at), await found('--since', at)]
    t.equal(before.length + after.length, all.length)
    t.ok(before.length > 0 && after.length > 0)
    t.match(await ran(cwd, 'records', 'space', '--lang', 'zh', '--type', 'result.delivered'), {
      out: /result\.delivered[\s\S]* 条记录/,
    })
    const usage = { name: 'UsageError' }
    await t.rejects(
      ran(cwd, 'records', 'space', '--type', 'request.decide'),
      /did you mean request.decided/,
    )
    await t.rejects(ran(cwd, 'records', 'space', '--since', 'yesterday'), usage)
    writeFileSync(path.join(cwd, 'key'), 'short')
    await t.rejects(ran(cwd, 'records', 'space', '--subject-key', 'key'), usage)
    const tile = path.join(cwd, 'space', logFolder(logs[0]?.origin ?? ''), 'tile/0/000.p/21')
    writeFileSync(tile, readFileSync(tile).fill(0, 64, 65))
    t.match(await ran(cwd, 'records', 'space', '--lang', 'en'), {
      code: 1,
      err: /defects were found/,
    })
  },
)

t.test('a subject reads its own ledger with its key', async (t) => {
  const cwd = temporaryFolder(t)
  const random = seededRandom('subject')
  const [firm, other] = [random(32), random(32)]
  const log = gatewayLog()
  for (const key of [firm, other, firm]) {
    const use = { product: digest('product'), consumer: 'did:web:bank.example' }
    const said = { ...use, request: digest('a request'), subject: subjectTag(key, random) }
    log.add({ type: 'product.used', actor: 'did:web:gateway.example', ...said })
  }
  await exported(path.join(cwd, 'space'), [log])
  for (const [name, key, uses] of [
    ['firm', firm, 2],
    ['other', other, 1],
    ['stranger', random(32), 0],
  ] as const) {
    writeFileSync(path.join(cwd, name), `${Buffer.from(key).toString('hex')}\n`)
    const { out } = await ran(cwd, 'records', 'space', '--json', '--subject-key', name)
    t.equal(JSON.parse(out).length, uses, name)
  }
})

t.test('what cannot be done is said', async (t) => {
  const cwd = temporaryFolder(t)
  const log = gatewayLog()
  await exported(path.join(cwd, 'space'), [log])
  const usage = { name: 'UsageError' }
  await t.rejects(ran(cwd, 'frobnicate'), usage)
  await t.rejects(ran(cwd, 'lineage', 'space'), usage)
  await t.rejects(ran(cwd, 'records', 'nowhere'), /nowhere: no such folder/)
  await t.rejects(ran(cwd, 'records', 'space', '--policy', 'mine'), /no .*mine/)
  await t.rejects(ran(cwd, 'bundle', 'space', digest('one result')), usage)
  await t.rejects(
    ran(cwd, 'bundle', 'space', digest('one result'), '--out', 'x', '--key', 'k'),
    usage,
  )
  t.match(await ran(cwd, 'lineage', 'space', digest('none')), { code: 1, err: /no result/ })
  t.match(await ran(cwd, 'verify', 'nowhere'), { code: 2 })
  t.match(evidence.help.zh, /离线/)
})

t.test('the verifier as one file judges a copied folder where there is only Node', async (t) => {
  const machine = temporaryFolder(t)
  const logs = allLogs()
  await exported(path.join(machine, 'copied'), logs)
  t.match(await ran(machine, 'verifier', '--out', 'verify.mjs'), { code: 0, out: /verify\.mjs/ })
  t.strictSame(readdirSync(machine).sort(), ['copied', 'verify.mjs'])
  const judge = (...argv: string[]) => {
    const args = ['verify.mjs', 'copied', '--lang', 'en', ...argv]
    return spawnSync(process.execPath, args, { cwd: machine, encoding: 'utf8', env: {} })
  }
  const good = judge()
  t.equal(good.status, 0, good.stderr)
  t.equal(good.stderr, '', 'no warning either')
  t.equal(good.stdout, (await ran(machine, 'verify', 'copied', '--lang', 'en')).out)
  const result = digest('one result')
  t.equal(
    judge('--result', result).stdout,
    (await ran(machine, 'verify', 'copied', '--lang', 'en', '--result', result)).out,
  )
  const file = path.join(machine, 'copied', logFolder(gatewayLog().origin), 'tile/0/000.p/21')
  writeFileSync(file, readFileSync(file).fill(0, 64, 65))
  t.match(judge(), { status: 1, stdout: /TILE_ALTERED\] gateway\.example\/log · record 2/ })
  await t.rejects(ran(machine, 'verifier'), /--out is needed/)
})
