import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { STRICT_RULES } from '#evidence/chain-rules'
import { logFolder } from '#evidence/evidence-folder'
import { runVerifier } from '#evidence/verifier'
import { exported, temporaryFolder } from './made-folder.ts'
import { allLogs, digest, holderLog, TAX } from './made-story.ts'

const root = path.resolve(import.meta.dirname, '../..')
const ENTRY = 'evidence/verifier-main.ts'

t.test('the verifier needs Node and its own files, nothing else', async (t) => {
  const files = closureOf(ENTRY)
  t.ok(files.length > 20)
  t.strictSame(
    files.filter((file) => !/^(evidence\/|crypto\/merkle\.ts)/.test(file)),
    [],
    'no other folder of the house',
  )
  const machine = temporaryFolder(t)
  for (const file of [...files, 'package.json']) {
    cpSync(path.join(root, file), path.join(machine, file))
  }
  const folder = path.join(machine, 'copied')
  const logs = allLogs()
  await exported(folder, logs)
  const run = spawnSync(process.execPath, [ENTRY, folder, '--lang', 'en'], {
    cwd: machine,
    encoding: 'utf8',
    env: {},
  })
  t.equal(run.status, 0, run.stderr)
  t.match(run.stdout, /nothing was found altered, missing or forged/)
  t.match(run.stdout, /gateway\.example\/log: 21 records/)
})

t.test('a reader that stops early ends the program, and the verdict stays', async (t) => {
  const folder = temporaryFolder(t)
  const logs = allLogs()
  await exported(folder, logs)
  const unread = async () => {
    const child = spawn(process.execPath, [path.join(root, ENTRY), folder], { stdio: 'pipe' })
    child.stdout.destroy()
    const printed = text(child.stderr)
    const [code] = await once(child, 'close')
    return { code, printed: await printed }
  }
  t.strictSame(await unread(), { code: 0, printed: '' })
  const [log] = logs
  rmSync(path.join(folder, logFolder(log?.origin ?? ''), 'checkpoint'))
  t.match(await unread(), { code: 1 })
})

t.test('the story of one result, for a lawyer', async (t) => {
  const folder = temporaryFolder(t)
  const logs = allLogs()
  await exported(folder, logs)
  const names = {
    'did:web:bank.example': { zh: '泉城农商行', en: 'Quancheng Bank' },
    [digest('policy')]: { zh: '小微贷款汇总策略', en: 'Small loans in sum' },
  }
  const rules = path.join(folder, 'rules.json')
  writeFileSync(rules, JSON.stringify({ require: [...STRICT_RULES.require], names }))
  const told = (...argv: string[]) => {
    const lines: string[] = []
    const io = {
      cwd: '/',
      stdout: (text: string) => lines.push(text),
      stderr: (text: string) => lines.push(text),
    }
    return { code: runVerifier([folder, '--lang', 'zh', ...argv], io), text: lines.join('') }
  }
  const result = digest('one result')
  const chinese = told('--result', result)
  t.equal(chinese.code, 0)
  t.match(chinese.text, /泉城农商行 提出请求/)
  t.match(chinese.text, /未发现任何改动、缺失或伪造/)
  t.match(chinese.text, /第 17 号记录/)
  t.match(chinese.text, /业务参考号：只记有加盐摘要/)
  t.match(chinese.text, /依据的策略：小微贷款汇总策略 \[sha256-/)
  t.match(
    chinese.text,
    /release\.example 依据已签名的输入重新计算并按规则放行（其自己的日志）。 \[release\./,
    'who released is who says so itself',
  )
  t.match(chinese.text, /泉城农商行 确认收到/)
  const english = told('--result', digest('one watermark'), '--lang', 'en')
  t.match(english.text, /The result was delivered to Quancheng Bank/)
  t.match(english.text, /release\.example recorded this release and passed it on/)
  t.match(english.text, /Under policy Small loans in sum \[sha256-/)
  t.match(english.text, /signed by did:web:tax\.jinan\.example, Quancheng Bank/)
  t.equal(told('--result', digest('nothing')).code, 1)
  t.equal(told('--policy', path.join(folder, 'absent')).code, 2)
  rmSync(path.join(folder, logFolder(holderLog(TAX[1]).origin)), { recursive: true })
  const partial = told('--lang', 'en')
  t.match(partial, { code: 1, text: /log tax\.qingdao\.example\/log of the policy is not in this/ })
  t.match(partial.text, /LINK_MISSING.*holder\.submitted of did:web:tax\.qingdao\.example/)
  writeFileSync(rules, '{"require":["policy"]}')
  t.match(told().text, /不要求这些环节：合约备案与签署、数据产品发布、授权/)
  writeFileSync(rules, '{"require":[')
  t.match(told('--lang', 'en'), { code: 1, text: /FILE_ALTERED\] rules\.json/ })
  t.equal(told('--rules', rules).code, 2, 'rules of one’s own must be readable')
  t.match(told('--json').text, /"isGood": false/)
})

/** Files that the entry reaches by imports that remain at run time; a package in it fails the test. */
function closureOf(entry: string): string[] {
  const found = new Set<string>()
  const visit = (file: string) => {
    if (found.has(file)) return
    found.add(file)
    const source = readFileSync(path.join(root, file), 'utf8')
    for (const [statement, specifier = ''] of source.matchAll(
      /^(?:import|export) [^'"]*?from '([^']+)'|^import '([^']+)'/gms,
    )) {
      if (/^(?:import|export) type/.test(statement) || specifier.startsWith('node:')) continue
      if (specifier.startsWith('#')) visit(`${specifier.slice(1)}.ts`)
      else visit(path.posix.join(path.posix.dirname(file), specifier))
    }
  }
  visit(entry)
  return [...found].sort()
}
