import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { type ChildExit, superviseChildren } from '#runtime/children'

const entry = fileURLToPath(new URL('../support/test-party.ts', import.meta.url))
const folder = await mkdtemp(path.join(tmpdir(), 'baotu-children-'))
t.teardown(() => rm(folder, { recursive: true }))

async function configured(config: object): Promise<string> {
  const file = path.join(folder, `${Object.entries(config).flat().join('-')}.json`)
  await writeFile(file, JSON.stringify(config))
  return file
}

function supervised(options = {}) {
  const lines: string[] = []
  const exits: ChildExit[] = []
  const write = (line: string) => void lines.push(line)
  const onUnexpectedExit = (exit: ChildExit) => void exits.push(exit)
  const children = superviseChildren({ write, onUnexpectedExit, ...options })
  const start = async (config: object, name = 'tax') =>
    children.start({ name, entry, configPath: await configured(config) })
  return { children, start, lines, exits }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function ended(pid: number): Promise<boolean> {
  for (let waited = 0; waited < 5000 && isAlive(pid); waited += 20) await delay(20)
  return !isAlive(pid)
}

t.test('children start, say that they are ready, and end in good order', async (t) => {
  const { children, start, lines, exits } = supervised()
  const [one, two] = [await start({ mode: 'serve' }), await start({ mode: 'serve' }, 'court')]
  t.match(one, { name: 'tax', pid: Number, details: { ready: true, party: 'test', mode: 'serve' } })
  t.same(await children.stop(), [
    { name: 'court', code: 0, signal: null },
    { name: 'tax', code: 0, signal: null },
  ])
  t.notOk(isAlive(one.pid) || isAlive(two.pid))
  t.match(
    lines.filter((line) => line.includes('"msg":"closed"')),
    [/^\[court\] \{/, /^\[tax\] \{/],
  )
  t.same(exits, [])
})

t.test('a child that does not get ready is an error and is gone', async (t) => {
  const { children, start, lines } = supervised()
  await Promise.all([
    t.rejects(start({ mode: 'exit' }), { code: 'CHILD_EXITED', message: /tax ended with 7/ }),
    t.rejects(start({ mode: 'throw' }), { code: 'CHILD_EXITED', message: /ended with 1/ }),
    t.rejects(start({ mod: 'serve' }), { code: 'CHILD_EXITED', message: /ended with 2/ }),
  ])
  t.match(
    lines.join('\n'),
    /\[tax\] .*mod-serve\.json:1:2 unknown key `mod`, did you mean `mode`\?/,
  )
  t.ok(lines.includes('[tax] 23505 Error'), 'of a foreign error: code and class')
  t.notMatch(lines.join('\n'), '91370100MA3TF1X42K')
  const impatient = supervised({ readyWithinMs: 1000 })
  await t.rejects(impatient.start({ mode: 'hang' }), { code: 'CHILD_NOT_READY' })
  t.same(await impatient.children.stop(), [])
  t.same(await children.stop(), [])
})

t.test('a child that ends by itself is told of, and nothing is started again', async (t) => {
  const { children, start, lines, exits } = supervised()
  const { pid } = await start({ mode: 'crash' })
  t.ok(await ended(pid))
  while (exits.length === 0) await delay(10)
  t.same(exits, [{ name: 'tax', code: 1, signal: null }])
  t.match(lines.join('\n'), /"msg":"uncaught error".*\n.*"msg":"closing".*\n.*"msg":"closed"/)
  t.notMatch(lines.join('\n'), '91370100MA3TF1X42K')
  t.same(await children.stop(), [])
})

t.test('a child that takes too long to end is killed', async (t) => {
  const { children, start } = supervised({ graceMs: 100 })
  await start({ mode: 'serve', closeMs: 8000 })
  t.same(await children.stop(), [{ name: 'tax', code: null, signal: 'SIGKILL' }])
})

t.test('children do not outlive a launcher, however it ends', async (t) => {
  const config = await configured({ mode: 'serve' })
  const outlives = async (ending: 'kill -9' | 'exit') => {
    const program = `
      const { superviseChildren } = await import('#runtime/children')
      const children = superviseChildren({ write: () => {}, onUnexpectedExit: () => {} })
      const request = { name: 'tax', entry: ${JSON.stringify(entry)}, configPath: ${JSON.stringify(config)} }
      const { pid } = await children.start(request)
      process.stdout.write(String(pid), () => { if ('${ending}' === 'exit') process.exit(3) })`
    const args = ['--input-type=module', '-e', program]
    const launcher = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    const [chunk] = await once(launcher.stdout, 'data')
    if (ending === 'kill -9') launcher.kill('SIGKILL')
    return !(await ended(Number(chunk)))
  }
  t.same(await Promise.all([outlives('kill -9'), outlives('exit')]), [false, false])
})
