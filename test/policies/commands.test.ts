import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { runPolicyCommand } from '#cli/policy'
import { POLICY_HELP } from '../../cli/policy/help.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

async function run(line: string | readonly string[], cwd = ROOT) {
  let stdout = ''
  let stderr = ''
  const argv = typeof line === 'string' ? line.split(' ') : line
  const exit = await runPolicyCommand(argv, {
    stdout: { write: (text: string) => (stdout += text) },
    stderr: { write: (text: string) => (stderr += text) },
    cwd,
  })
  return { exit, stdout, stderr }
}

t.test('the examples in the help run', async (t) => {
  for (const help of Object.values(POLICY_HELP)) {
    const lines = help.split('\n').filter((line) => line.startsWith('  baotu policy '))
    t.ok(lines.length >= 4)
    for (const line of lines) {
      const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(
        ([, quoted, bare]) => quoted ?? bare ?? '',
      )
      const { exit, stdout } = await run(words.slice(2))
      t.ok(exit === 0 || (words.includes('explain') && exit === 3), `${line}: ${exit}`)
      t.not(stdout, '')
    }
  }
})

t.test('the library passes its own tests and has no errors', async (t) => {
  const tests = await run('test policies/library --json')
  t.equal(tests.exit, 0, tests.stdout.slice(0, 400))
  const files = JSON.parse(tests.stdout)
  t.equal(files.length, 8)
  for (const { file, mutation, coverage } of files) {
    t.ok(mutation.score >= 0.9, `${file}: ${mutation.score}`)
    t.equal(coverage.ruleCoverage, 1, file)
  }
  const lint = await run('lint policies/library --json --strict')
  t.same(JSON.parse(lint.stdout).findings, [])
  t.equal(lint.exit, 0)
})

t.test('a mistake in the command line is told, not guessed around', async (t) => {
  await t.rejects(run('lind policies/library'), { code: 'CLI_USAGE' })
  await t.rejects(run('lint'), { code: 'CLI_USAGE' })
  await t.rejects(run('lint nowhere.json'), { code: 'CLI_USAGE' })
  await t.rejects(run('lint policies/library --strickt'), { code: 'CLI_USAGE' })
  await t.rejects(run('diff policies/library/negative-list.json'), { code: 'CLI_USAGE' })
  await t.rejects(run('convert policies/library/negative-list.json --to xacml'), {
    code: 'CLI_USAGE',
  })
  await t.rejects(run('lint policies/library --now 2026-01-01T00:00:00Z --days x'), {
    code: 'CLI_USAGE',
  })
  await t.rejects(run('replay x --active a --draft b --flips many'), { code: 'CLI_USAGE' })
  t.equal((await run('help')).exit, 0)
})

t.test('a refusal names the file and the place, in both languages', async (t) => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'baotu-placed-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const library = path.join(ROOT, 'policies/library/negative-list.json')
  const write = (name: string, text: string) => writeFileSync(path.join(folder, name), text)
  write('bad.json', '{"a":1,}')
  write('empty.policytest.json', '{}')
  write('records.jsonl', '\n{"request":{},"facts":{}}\n')
  const claims = [
    ['convert bad.json', 'POLICY_SYNTAX', 'bad.json'],
    ['convert bad.json --from national', 'POLICY_SYNTAX', 'bad.json'],
    [`diff ${library} bad.json`, 'POLICY_SYNTAX', 'bad.json'],
    ['test empty.policytest.json', 'POLICY_MISSING_MEMBER', 'empty.policytest.json'],
    [
      `replay records.jsonl --active ${library} --draft ${library}`,
      'POLICY_MISSING_MEMBER',
      'records.jsonl#/2/request',
    ],
  ] as const
  for (const [line, code, place] of claims) {
    await t.rejects(run(line, folder), { code, place, words: { zh: /\S/, en: /\S/ } }, line)
  }
})

t.test('two different people must approve a widening', async (t) => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'baotu-diff-'))
  const text = readFileSync(path.join(ROOT, 'policies/library/secret-scorecard.json'), 'utf8')
  writeFileSync(path.join(folder, 'old.json'), text)
  writeFileSync(
    path.join(folder, 'new.json'),
    text.replace('"urn:bt:model:scorecard:2#', '"urn:bt:model:scorecard:3#'),
  )
  t.equal((await run('diff old.json old.json', folder)).exit, 0)
  t.equal((await run('diff old.json new.json', folder)).exit, 1)
  const twice = '--approved-by did:web:a.example --approved-by did:web:a.example'
  t.equal((await run(`diff old.json new.json ${twice}`, folder)).exit, 1, 'one person twice is one')
  const two = '--approved-by did:web:a.example --approved-by did:web:b.example'
  t.equal((await run(`diff old.json new.json ${two}`, folder)).exit, 0)
  const { widened, narrowed } = JSON.parse(
    (await run('diff old.json new.json --json', folder)).stdout,
  )
  t.equal(widened.length, 1)
  t.equal(narrowed.length, 1)
  t.match(widened[0].witness.facts, { 'bt:model': 'urn:bt:model:scorecard:3#sha256-4e5f6a7b' })
  rmSync(folder, { recursive: true })
})

t.test('kept traces are compared', async (t) => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'baotu-golden-'))
  for (const name of ['negative-list.json', 'negative-list.policytest.json']) {
    writeFileSync(path.join(folder, name), readFileSync(path.join(ROOT, 'policies/library', name)))
  }
  t.equal((await run('test negative-list.policytest.json --update', folder)).exit, 0)
  t.equal((await run('test negative-list.policytest.json', folder)).exit, 0)
  const kept = path.join(folder, 'negative-list.golden.json')
  writeFileSync(kept, readFileSync(kept, 'utf8').replace('"PERMIT"', '"DENY_PROHIBITED"'))
  const changed = await run('test negative-list.policytest.json --lang en', folder)
  t.equal(changed.exit, 1)
  t.match(changed.stdout, /trace changed: nothing on the list: DENY_PROHIBITED became PERMIT/)
  rmSync(folder, { recursive: true })
})

t.test('messages come in both languages', async (t) => {
  const explain = [
    'explain',
    '--test',
    'policies/library/negative-list.policytest.json',
    '--case',
    'resale',
  ]
  t.match((await run([...explain, '--lang', 'zh'])).stdout, /拒绝 {2}DENY_PROHIBITED/)
  t.match((await run([...explain, '--lang', 'en'])).stdout, /deny {2}DENY_PROHIBITED/)
})

t.test('a reader who has seen enough is no failure', async (t) => {
  const line = `set -o pipefail; "${process.execPath}" cli/baotu.ts policy schema | head -n 1`
  const { status, stdout, stderr } = spawnSync('bash', ['-c', line], { cwd: ROOT })
  t.match({ status, stdout: String(stdout), stderr: String(stderr) }, { status: 0, stderr: '' })
})
