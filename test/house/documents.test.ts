import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { COMMANDS } from '#cli/commands'
import { filesBelow, PROJECT_ROOT } from '#test/support/import-graph'

const DOCUMENTS = filesBelow(PROJECT_ROOT, '').filter((file) => file.endsWith('.md'))
const read = (file: string) => readFileSync(path.join(PROJECT_ROOT, file), 'utf8')
const { scripts }: { scripts: Record<string, string> } = JSON.parse(read('package.json'))

/** Every command line in a shell block. */
function commandsIn(text: string): string[] {
  return [...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) =>
    block.split('\n').filter((line) => line !== '' && !line.startsWith('#')),
  )
}

/** Why a documented command line cannot work, if it cannot. */
function fault(line: string): string | undefined {
  const [program, ...words] = line.split(' ')
  const script = program === 'npm' ? (words[0] === 'run' ? words[1] : words[0]) : undefined
  if (script !== undefined && scripts[script] === undefined) return `no script \`${script}\``
  if (program !== 'npm' && program !== 'baotu' && !line.startsWith('node_modules/.bin/')) {
    return `\`${program}\` is no program of ours`
  }
  const ours =
    script === 'baotu' ? words.slice(words.indexOf('--') + 1) : program === 'baotu' ? words : []
  if (ours.length > 0 && !COMMANDS.some(({ name }) => ours.join(' ').startsWith(name))) {
    return `no command \`baotu ${ours[0]}\``
  }
  const missing = words
    .filter((word) => /^[a-z][\w./-]*\.(json|ts|md)$/.test(word))
    .find((file) => {
      return !existsSync(path.join(PROJECT_ROOT, file))
    })
  return missing === undefined ? undefined : `no file ${missing}`
}

t.test('every documented command exists', async (t) => {
  const lines = DOCUMENTS.flatMap((file) => commandsIn(read(file)).map((line) => ({ file, line })))
  t.ok(lines.length >= 8)
  for (const { file, line } of lines) t.equal(fault(line), undefined, `${file}: ${line}`)
})

/** Documented commands that take long or stay: what covers them instead of running them here. */
const COVERED: Readonly<Record<string, string>> = {
  'npm run demo': 'test/examples/three-cities.test.ts',
  'npm start': 'test/examples/three-cities.test.ts',
  'npm run baotu -- query': 'test/examples/three-cities.test.ts',
  'npm run baotu -- down': 'test/cli/baotu.test.ts',
  'npm test': 'package.json',
  'npm run check': 'package.json',
}

t.test('every documented command runs, here or in a test of its own', async (t) => {
  const lines = new Set(DOCUMENTS.flatMap((file) => commandsIn(read(file))))
  for (const line of lines) {
    const covered = Object.entries(COVERED).find(([start]) => line.startsWith(start))
    if (covered !== undefined) t.ok(existsSync(path.join(PROJECT_ROOT, covered[1])), covered[1])
    else t.ok(runs(line), line)
  }
})

// Exit code 4 says that the space is not up: the command did what it is documented to do.
function runs(line: string): boolean {
  const [, , , dashes, ...words] = line.split(' ')
  if (!line.startsWith('npm run baotu') || dashes !== '--') return false
  const { status } = spawnSync(process.execPath, ['cli/baotu.ts', ...words], { cwd: PROJECT_ROOT })
  return status === 0 || status === 4
}

t.test('a documented command that does not exist is found', async (t) => {
  t.match(fault('npm run dmeo'), /no script `dmeo`/)
  t.match(fault('npm run baotu -- qeury x'), /no command `baotu qeury`/)
  t.match(fault('baotu space check examples/not-there.json'), /no file/)
  t.match(fault('make install'), /no program of ours/)
})

t.test('every link in a document leads somewhere', async (t) => {
  const broken = DOCUMENTS.flatMap((file) =>
    [...read(file).matchAll(/\]\((?!https?:)([^)#\s]+)[^)]*\)/g)]
      .map(([, target = '']) => path.join(path.dirname(file), target))
      .filter((target) => !existsSync(path.join(PROJECT_ROOT, target)))
      .map((target) => `${file}: ${target}`),
  )
  t.same(broken, [])
})

t.test('every decision is in the index and has its three parts', async (t) => {
  const pages = DOCUMENTS.filter((file) => /^docs\/decisions\/\d{4}-/.test(file))
  const index = read('docs/decisions/README.md')
  for (const page of pages) {
    t.match(index, path.basename(page))
    t.match(read(page), /^# .+\n\n## Decision\n.+\n## Rationale\n.+\n## Approach\n/s)
  }
})
