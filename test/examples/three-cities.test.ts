import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import pg from 'pg'
import t from 'tap'
import { runBaotu } from '#cli/run'
import { stateFolderAt } from '#cli/space/state-folder'
import { runVerifierProcess } from '#cli/space/verifier-process'
import { systemRandom } from '#crypto/random'
import { parseProof } from '#evidence/receipt'
import { type CanaryForm, canaryForms, findCanaries } from '#test/support/canary'
import { filesBelow, PROJECT_ROOT } from '#test/support/import-graph'
import { PLANTED, taxRows } from '#test/support/planted-city'
import { findInMemory } from '#test/support/process-memory'

const EXAMPLE = path.join(PROJECT_ROOT, 'examples', 'three-cities')
const HOME = mkdtempSync(path.join(tmpdir(), 'baotu-cities-'))
const SPACE = path.join(HOME, 'space.json')
const STATE = path.join(HOME, 'state')
const RECEIPT = path.join(HOME, 'kept.tlog-proof')
t.setTimeout(240_000)
t.teardown(() => rmSync(HOME, { recursive: true, force: true }))

const ROWS = [...PLANTED.jinan, ...PLANTED.binzhou]
const CANARIES: readonly CanaryForm[] = ROWS.flatMap(({ uscc, tax12_fen: fen }, index) => [
  ...canaryForms({ name: `code-${index}`, text: String(uscc) }),
  ...canaryForms({ name: `tax-${index}`, text: String(fen) }),
])

interface Ready {
  readonly processes: readonly {
    readonly did: string
    readonly role: string
    readonly pid: number
  }[]
}

/** All that the command line ever said. */
const outputs: string[] = []
let launcher: ChildProcess
let ready: Ready
t.teardown(() => launcher?.kill('SIGKILL'))

t.test('a space comes up from its file', async (t) => {
  writeSpace()
  const args = ['cli/baotu.ts', 'up', SPACE, '--state', STATE, '--json', '--lang', 'en']
  launcher = spawn(process.execPath, args, { cwd: PROJECT_ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  launcher.stderr?.on('data', (bytes) => (said += bytes))
  const line = launcher.stdout ? createInterface({ input: launcher.stdout }) : undefined
  const first = await Promise.race([once(line ?? launcher, 'line'), once(launcher, 'exit')])
  ready = JSON.parse(String(first[0]).startsWith('{') ? String(first[0]) : '{"processes":[]}')
  const roles = ready.processes.map(({ role }) => role)
  const connectors = new Array(4).fill('connector')
  t.same(roles, ['authority', 'gateway', 'gateway', 'release', ...connectors], said)
  t.match(await baotu('status', SPACE, '--state', STATE), { code: 0, out: /tax\.jinan\.example/ })
  t.match(await baotu('up', SPACE, '--state', STATE), { code: 2, err: /^STATE_IN_USE/m })
})

t.test('the pooled answer is that of plain integers over all rows', async (t) => {
  const { code, out, err } = await ask('retail-by-kind', '--receipt', RECEIPT)
  t.equal(code, 0, err)
  const { groups } = JSON.parse(out).answer
  const expected = retailByKind()
  const released = groups.filter((group: { released: boolean }) => group.released)
  for (const { codes, figures } of released) {
    const { units, sum, arrears } = expected.get(codes.join(' ')) ?? {
      units: 0,
      sum: 0n,
      arrears: 0,
    }
    const exact = [`${units}`, `${sum}`, `${sum}/${units}`, `${arrears}/${units}`]
    t.same(figures, exact, codes.join(' '))
  }
  t.ok(released.length >= 4, `${released.length} released`)
  t.ok(released.some(({ codes }: { codes: string[] }) => codes.join(' ') === 'urban micro'))
  t.ok(groups.length > released.length, 'some groups are withheld')
})

t.test('a question over one bureau each is answered, and repeated as it was', async (t) => {
  const first = await ask('jinan-retail-by-district')
  t.equal(first.code, 0, first.err)
  const again = await ask('jinan-retail-by-district')
  t.same(JSON.parse(again.out).answer, JSON.parse(first.out).answer)
})

t.test('a purpose that no contract allows is refused, and says no more', async (t) => {
  const query = JSON.parse(readFileSync(queryPath('retail-by-kind'), 'utf8'))
  const file = path.join(HOME, 'marketing.json')
  writeFileSync(file, JSON.stringify({ ...query, purpose: 'bt:purpose/marketing' }))
  const { code, out, err } = await baotu('query', file, '--space', SPACE, '--state', STATE)
  t.match({ code, out, err }, { code: 3, out: '', err: /^DENY_NO_PERMIT: /m })
})

t.test('the evidence of all parties verifies offline, by a program of its own', async (t) => {
  const told = await baotu('evidence', 'export', SPACE, '--state', STATE, '--json')
  t.equal(told.code, 0, told.err)
  const { evidence: folder, policy: policyFile } = JSON.parse(told.out)
  const exported = { folder, policyFile }
  const { code, output } = await runVerifierProcess(exported, 'en')
  t.equal(code, 0, output)
  t.match(output, /Delivered results, 3/)
  t.match(output, /witnessed by operator\.shandong\.example/, 'every other log, by the gateway')
  t.match(output, /witnessed by release\.shandong\.example.*tax\.jinan\.example/, 'and it by them')
})

t.test('a regulator is told in words what was asked and withheld, and recomputes it', async (t) => {
  const as = ['--for', 'regulator', '--ciphertexts']
  const told = await baotu('evidence', 'export', SPACE, '--state', STATE, '--json', ...as)
  t.equal(told.code, 0, told.err)
  const { evidence: folder, policy, ciphertexts } = JSON.parse(told.out)
  t.ok(ciphertexts.bytes >= ciphertexts.count * 90_000, told.out)
  const verify = ['evidence', 'verify', folder, '--policy', policy, '--receipt', RECEIPT]
  const result = resultNamedBy(RECEIPT)
  const { code, out } = await baotu(...verify, '--result', result, '--lang', 'zh')
  t.equal(code, 0, out)
  t.match(
    out,
    /所问：户数、全年入库税额合计、全年入库税额均值、欠税占比；按 区县类型、企业规模 分组/,
  )
  t.match(out, /条件：行业门类为 批发和零售业 \[F\]\n/)
  t.match(
    out,
    /用途：信贷政策制定 \[bt:purpose\/credit-policy\]；场景：urn:bt:scenario:credit-policy/,
  )
  t.match(out, /未放行的单元：第 \d+ 个（[^）]+、/)
  t.match(out, /已用保存的密文重新计算，与记录一致/)
})

t.test('no planted value is outside of its holder, in any form', async (t) => {
  const state = stateFolderAt(STATE)
  const rows = path.join(
    state.partyFolder('did:web:tax.binzhou.example'),
    'data',
    '企业年度汇总.csv',
  )
  t.ok(findCanaries(readFileSync(rows), CANARIES).length >= 2, 'control: the holder’s own file')
  for (const file of filesOutsideOfData()) {
    t.same(findCanaries(readFileSync(path.join(STATE, file)), CANARIES), [], file)
  }
  t.ok(outputs.length > 8)
  t.same(findCanaries(Buffer.from(outputs.join('\n')), CANARIES), [], 'what commands printed')
  for (const body of ['operator.shandong', 'release.shandong', 'tax.jinan', 'tax.binzhou']) {
    t.same(await findInDatabase(`did:web:${body}.example`), [], `database of ${body}`)
  }
  for (const { role, pid } of ready.processes) {
    if (role !== 'gateway' && role !== 'release') continue
    const found = findInMemory(pid, CANARIES)
    if (found === undefined) t.pass('skipped: this system shows no other process’s memory')
    else t.same(found, [], `memory of the ${role}`)
  }
})

t.test('the space goes down on request and leaves nobody behind', async (t) => {
  const exit = once(launcher, 'exit')
  t.match(await baotu('down', SPACE, '--state', STATE, '--lang', 'en'), {
    code: 0,
    out: 'stopped\n',
  })
  t.equal((await exit)[0], 0)
  for (const { did, pid } of ready.processes) t.throws(() => process.kill(pid, 0), did)
  t.match(await baotu('status', SPACE, '--state', STATE), { code: 4 })
})

/** The example with small cities, planted rows and two replicas, its paths made absolute. */
function writeSpace(): void {
  const space = JSON.parse(readFileSync(path.join(EXAMPLE, 'space.json'), 'utf8'))
  const absolute = (name: string) => path.join(EXAMPLE, name)
  space.gateway.replicas = 2
  space.products = space.products.map(absolute)
  space.policies = space.policies.map(absolute)
  for (const { sources } of space.holders) {
    for (const source of sources) source.mapping = absolute(source.mapping)
  }
  space.prepare.module = path.join(PROJECT_ROOT, 'test', 'support', 'planted-city.ts')
  writeFileSync(SPACE, JSON.stringify(space))
}

function queryPath(name: string): string {
  return path.join(EXAMPLE, 'queries', `${name}.json`)
}

async function ask(name: string, ...more: string[]) {
  return baotu('query', queryPath(name), '--space', SPACE, '--state', STATE, '--json', ...more)
}

async function baotu(...argv: string[]) {
  const said = { out: '', err: '' }
  const code = await runBaotu(argv, {
    stdout: { write: (text) => (said.out += text) },
    stderr: { write: (text) => (said.err += text) },
    cwd: PROJECT_ROOT,
    now: () => Date.now(),
    random: systemRandom,
    interrupted: new AbortController().signal,
    confirm: async () => false,
  })
  outputs.push(said.out, said.err)
  return { code, ...said }
}

/** The result that a kept receipt is about. */
function resultNamedBy(file: string): string {
  const { result } = JSON.parse(parseProof(readFileSync(file, 'utf8')).entry)
  return result
}

interface Expected {
  units: number
  sum: bigint
  arrears: number
}

/** Retail by kind of district and size, unit by unit, over the rows of all three bureaus. */
function retailByKind(): Map<string, Expected> {
  const groups = new Map<string, Expected>()
  for (const city of ['jinan', 'qingdao', 'binzhou'] as const) {
    const units = new Map<string, { group: string; fen: bigint; arrears: boolean }>()
    for (const row of taxRows(city)) {
      if (row['section'] !== 'F') continue
      const group = `${row['district_kind']} ${row['size_band']}`
      const key = `${group} ${row['group_id'] ?? row['uscc']}`
      const unit = units.get(key) ?? { group, fen: 0n, arrears: false }
      unit.fen += BigInt(row['tax12_fen'] ?? 0)
      unit.arrears ||= row['arrears'] === 1
      units.set(key, unit)
    }
    for (const { group, fen, arrears } of units.values()) {
      const total = groups.get(group) ?? { units: 0, sum: 0n, arrears: 0 }
      total.units += 1
      total.sum += fen
      total.arrears += arrears ? 1 : 0
      groups.set(group, total)
    }
  }
  return groups
}

/** Logs, configurations, evidence: all files of the state but holders' data and the server's. */
function filesOutsideOfData(): string[] {
  return filesBelow(STATE, '').filter((file) => {
    return !/\/data\//.test(file) && !/^(postgres|compiled)\//.test(file)
  })
}

async function findInDatabase(did: string): Promise<string[]> {
  const url = readFileSync(path.join(stateFolderAt(STATE).partyFolder(did), 'database-url'), 'utf8')
  const client = new pg.Client({ connectionString: url.trim() })
  await client.connect()
  const { rows: tables } = await client.query(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname not in ('pg_catalog', 'information_schema')`,
  )
  const found = new Set<string>()
  for (const { name } of tables) {
    const { rows } = await client.query(`select * from ${name}`)
    for (const value of rows.flatMap((row) => Object.values(row))) {
      const bytes = Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value ?? null))
      for (const form of findCanaries(bytes, CANARIES)) found.add(`${name} ${form}`)
    }
  }
  await client.end()
  return [...found]
}
