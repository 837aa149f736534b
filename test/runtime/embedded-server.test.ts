import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmod, chown, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import t from 'tap'
import { startEmbeddedServer } from '#runtime/store/embedded-server'
import { readPostmaster } from '#runtime/store/postmaster'
import { runProgram } from '#runtime/store/run-program'
import { serverHome } from '#runtime/store/server-home'
import { copyOnce } from '#runtime/store/server-programs'
import { isReachable } from '#runtime/store/server-user'

const folder = await mkdtemp(path.join(tmpdir(), 'baotu-embedded-'))
const settings = { fsync: 'off' }
const start = (extra = {}) =>
  startEmbeddedServer({ folder, random: randomBytes, settings, ...extra })
const home = await serverHome(folder)
t.teardown(() => rm(folder, { recursive: true, force: true }))

/** A starter in a process of its own, which holds on until it is killed. */
async function otherStarter(extra = {}): Promise<{ child: ChildProcess; isAdopted: boolean }> {
  const options = JSON.stringify({ folder, settings, ...extra })
  const program = `
    const { startEmbeddedServer } = await import('#runtime/store/embedded-server')
    const { randomBytes } = await import('node:crypto')
    const server = await startEmbeddedServer({ ...${options}, random: randomBytes })
    process.stdout.write(JSON.stringify(server.isAdopted))`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(child.stdout, 'data')
  return { child, isAdopted: JSON.parse(String(line)) }
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return (await client.query(text)).rows
  } finally {
    await client.end().catch(() => undefined)
  }
}

t.test('starters that race for an empty folder end up with one server', async (t) => {
  const [one, two, server] = await Promise.all([otherStarter(), otherStarter(), start()])
  const adopted = [one.isAdopted, two.isAdopted, server.isAdopted].filter(Boolean)
  t.equal(adopted.length, 2, 'one started it, two found it')
  const url = await server.createDatabase({ name: 'gateway', owner: 'gateway' })
  await query(url, 'create table kept (n int); insert into kept values (7)')
  t.equal(await server.stop(), 'left-running', 'two others use it')
  for (const { child } of [one, two]) child.kill('SIGKILL')
})

t.test('a server whose starter was killed is adopted', async (t) => {
  const before = await readPostmaster(home)
  await using server = await start()
  t.equal(server.isAdopted, true)
  t.equal(server.port, before?.port)
  const url = await server.createDatabase({ name: 'gateway', owner: 'gateway' })
  t.same(await query(url, 'select n from kept'), [{ n: 7 }])
})

t.test('a server that was killed itself is started again with its data', async (t) => {
  const first = await start()
  const running = await readPostmaster(home)
  process.kill(running?.pid ?? Number.NaN, 'SIGKILL')
  await using server = await start()
  t.equal(server.isAdopted, false)
  const url = await server.createDatabase({ name: 'gateway', owner: 'gateway' })
  t.same(await query(url, 'select n from kept'), [{ n: 7 }])
  await first.stop()
})

t.test('a lock left by a crash whose number somebody else has now is passed over', async (t) => {
  await (await start()).stop()
  const user = home.user ?? {}
  const stranger = spawn('sleep', ['60'], { ...user, stdio: 'ignore', cwd: '/' })
  t.teardown(() => void stranger.kill())
  const lock = path.join(home.data, 'postmaster.pid')
  const text = `${stranger.pid}\n${home.data}\n1\n1\n\n127.0.0.1\n0 0\nready\n`
  await writeFile(lock, text, { mode: 0o600 })
  if (home.user) await chown(lock, home.user.uid, home.user.gid)
  const plain = ['-D', home.data, '-c', 'port=1', '-c', 'unix_socket_directories=']
  t.equal(
    (await runProgram(home.programs.postgres, plain, home)).code,
    1,
    'PostgreSQL alone refuses',
  )
  await using server = await start()
  t.equal(server.isAdopted, false)
})

t.test('the server is reached with a password, over loopback, by the right role', async (t) => {
  await using server = await start()
  const gateway = await server.createDatabase({ name: 'gateway', owner: 'gateway' })
  const other = await server.createDatabase({ name: 'authority', owner: 'authority' })
  t.equal(await server.createDatabase({ name: 'gateway', owner: 'gateway' }), gateway)
  const role =
    'select current_user::text as role, rolsuper from pg_roles where rolname = current_user'
  t.same(await query(other, role), [{ role: 'authority', rolsuper: false }])
  const listening = await query(other, 'show listen_addresses')
  t.same(listening, [{ listen_addresses: '127.0.0.1' }])
  await t.rejects(stat(`/tmp/.s.PGSQL.${server.port}`), { code: 'ENOENT' }, 'no socket for all')

  const tampered = (part: string, value: string) =>
    Object.assign(new URL(gateway), { [part]: value }).href
  await t.rejects(query(tampered('pathname', '/authority'), 'select 1'), { code: '42501' })
  await t.rejects(query(tampered('pathname', '/postgres'), 'select 1'), { code: '42501' })
  await t.rejects(query(tampered('password', 'guess'), 'select 1'), { code: '28P01' })
  for (const name of ['Gateway', 'a;b', '', 'a'.repeat(51), '1a']) {
    await t.rejects(server.createDatabase({ name, owner: 'x' }), { code: 'EMBEDDED_BAD_NAME' })
  }
})

t.test('passwords are private files and the log holds no statement', async (t) => {
  await using server = await start()
  const url = await server.createDatabase({ name: 'gateway', owner: 'gateway' })
  await t.rejects(query(url, `select '91370100MA3TF1X42K'::int`), { code: '22P02' })
  t.notMatch(await readFile(home.log, 'utf8'), '91370100MA3TF1X42K')
  const files = ['cluster/admin-password', 'roles/gateway', 'server.log']
  for (const file of files) {
    t.equal((await stat(path.join(home.folder, file))).mode & 0o777, 0o600, file)
  }
})

const asRoot = home.user ? false : 'not running as root'
t.test('as root the server is not root', { skip: asRoot }, async (t) => {
  await using _server = await start()
  const { pid = 0 } = (await readPostmaster(home)) ?? {}
  t.equal((await stat(`/proc/${pid}`)).uid, home.user?.uid)
  t.not(home.user?.uid, 0)
})

t.test('with an idle limit no server is left behind, even by kill -9', async (t) => {
  const { child } = await otherStarter({ stopWhenIdleMs: 400 })
  t.ok((await readPostmaster(home))?.isReady)
  child.kill('SIGKILL')
  for (let waited = 0; waited < 10_000 && (await readPostmaster(home)); waited += 50)
    await delay(50)
  t.equal(await readPostmaster(home), undefined)
})

t.test('a folder is copied whole once, however many do it', async (t) => {
  const base = await mkdtemp(path.join(tmpdir(), 'baotu-copy-'))
  t.teardown(() => rm(base, { recursive: true }))
  await mkdir(path.join(base, 'from', 'bin'), { recursive: true })
  await writeFile(path.join(base, 'from', 'bin', 'a'), 'x'.repeat(10_000))
  const target = path.join(base, 'to', 'copy')
  const copy = () => copyOnce(path.join(base, 'from'), target)
  t.same(await Promise.all([copy(), copy(), copy()]), [target, target, target])
  t.equal((await readFile(path.join(target, 'bin', 'a'), 'utf8')).length, 10_000)
})

t.test('what a user can reach is told from every folder above it', async (t) => {
  const base = await mkdtemp(path.join(tmpdir(), 'baotu-reach-'))
  t.teardown(() => rm(base, { recursive: true }))
  const inner = path.join(base, 'inner')
  await mkdir(inner)
  const stranger = { uid: 54_321, gid: 54_321 }
  await chmod(base, 0o700)
  t.equal(await isReachable(inner, stranger), false)
  await chmod(base, 0o711)
  t.equal(await isReachable(inner, stranger), true)
  await chmod(inner, 0o711)
  t.equal(await isReachable(inner, stranger), false, 'passing through is not reading')
  const { uid, gid } = await stat(inner)
  t.equal(await isReachable(inner, { uid, gid }), true)
})
