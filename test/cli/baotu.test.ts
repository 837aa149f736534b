import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import t from 'tap'
import type { CommandIo } from '#cli/command'
import { COMMANDS } from '#cli/commands'
import { tellFailure } from '#cli/failure'
import { runBaotu } from '#cli/run'
import { systemRandom } from '#crypto/random'
import { AskError } from '#sdk/errors'
import { PROJECT_ROOT } from '#test/support/import-graph'

const SPACE = 'examples/three-cities/space.json'
const QUERY = 'examples/three-cities/queries/retail-by-kind.json'

interface Outcome {
  readonly code: number
  readonly out: string
  readonly err: string
}

function fakeIo(cwd = PROJECT_ROOT) {
  const said = { out: '', err: '' }
  const io: CommandIo = {
    stdout: { write: (text) => (said.out += text) },
    stderr: { write: (text) => (said.err += text) },
    cwd,
    now: () => Date.now(),
    random: systemRandom,
    interrupted: new AbortController().signal,
    confirm: async () => false,
  }
  return { io, said }
}

async function baotu(line: string, cwd?: string): Promise<Outcome> {
  const { io, said } = fakeIo(cwd)
  const code = await runBaotu(line.split(' '), io)
  return { code, ...said }
}

/** A folder that is nobody's, so that no space is up in it. */
function emptyFolder(t: { teardown: (fn: () => void) => void }): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'baotu-cli-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  return folder
}

t.test('a language that is not spoken is refused, not guessed', async (t) => {
  for (const line of ['help --lang fr', 'policy lint x.json --lang=fr', 'status --lang EN']) {
    const { code, err } = await baotu(line)
    t.equal(code, 2, line)
    t.match(err, '--lang takes zh or en', line)
  }
})

t.test('help lists every command, and each explains itself in both languages', async (t) => {
  const { out, code } = await baotu('help --lang en')
  t.equal(code, 0)
  for (const { name } of COMMANDS) {
    t.match(out, name)
    for (const language of ['en', 'zh']) {
      const { out: help } = await baotu(`help ${name} --lang ${language}`)
      t.match(help, new RegExp(`^baotu ${name} `), `usage of ${name} in ${language}`)
      t.match(help, new RegExp(`^  baotu ${name} `, 'm'), `example of ${name} in ${language}`)
    }
  }
})

t.test('a mistyped command or option is answered with the one that was meant', async (t) => {
  t.match(await baotu('qery'), { code: 2, err: /did you mean `query`/ })
  t.match(await baotu('space chekc x'), { code: 2, err: /did you mean `space check`/ })
  t.match(await baotu(`status ${SPACE} --jsno`), { code: 2, err: /did you mean --json/ })
  t.match(await baotu('status'), { code: 2, err: /space file is missing/ })
  t.match(await baotu(`status ${SPACE} ${SPACE}`), { code: 2, err: /one space file is enough/ })
})

t.test('the example is a space that can run', async (t) => {
  t.match(await baotu(`space check ${SPACE} --lang en`), { code: 0, out: /is fine: 4 holders/ })
  t.match(await baotu(`space check ${SPACE} --lang zh`), { code: 0, out: /正确：提供方 4/ })
  t.match(JSON.parse((await baotu(`space check ${SPACE} --json`)).out), { products: 2 })
})

t.test('the linter finds nothing to warn of in the example’s policies', async (t) => {
  const folder = 'examples/three-cities/policies'
  const files = readdirSync(path.join(PROJECT_ROOT, folder)).map((name) => `${folder}/${name}`)
  const { code, out } = await baotu(`policy lint ${files.join(' ')} --lang en`)
  t.match({ code, out }, { code: 0, out: /errors +0 *\nwarnings +0 *\n/ })
})

t.test('a broken space file is told with file, line and column', async (t) => {
  const folder = emptyFolder(t)
  const text = readFileSync(path.join(PROJECT_ROOT, SPACE), 'utf8')
  writeFileSync(path.join(folder, 'space.json'), text.replace('"consumerGroup"', '"consumerGruop"'))
  const { code, err } = await baotu('space check space.json', folder)
  t.equal(code, 2)
  t.match(err, /space\.json:\d+:\d+ unknown key `consumerGruop`, did you mean `consumerGroup`/)
})

t.test('what needs a space that is up says so, and how to bring it up', async (t) => {
  const state = path.join(emptyFolder(t), 'state')
  t.match(await baotu(`status ${SPACE} --state ${state} --lang en`), { code: 4, out: 'not up\n' })
  t.match(await baotu(`down ${SPACE} --state ${state}`), { code: 4, err: /^SPACE_NOT_UP/ })
  const asked = await baotu(`query ${QUERY} --space ${SPACE} --state ${state} --lang en`)
  t.match(asked, { code: 4, err: /run `baotu up .*space\.json`.*or add --up/ })
})

t.test('nobody is acted for by guess', async (t) => {
  const { code, err } = await baotu(`query ${QUERY} --space ${SPACE} --as bank`)
  t.match({ code, err }, { code: 2, err: /there are qilu-bank\.example/ })
})

t.test('a misspelt query file is refused with its place', async (t) => {
  const folder = emptyFolder(t)
  const text = readFileSync(path.join(PROJECT_ROOT, QUERY), 'utf8')
  writeFileSync(path.join(folder, 'q.json'), text.replace('"groupBy"', '"groupby"'))
  const space = path.join(PROJECT_ROOT, SPACE)
  const { code, err } = await baotu(`query q.json --space ${space}`, folder)
  t.equal(code, 2)
  t.match(err, /q\.json:\d+:3 unknown key `groupby`, did you mean `groupBy`/)
})

t.test('keys of one party or of all can be replaced', async (t) => {
  const state = path.join(emptyFolder(t), 'state')
  const one = await baotu(`keys rotate ${SPACE} --state ${state} --as qilu-bank --lang en`)
  t.match(one, { code: 0, out: /^qilu-bank\.example: new signing key \S{43}\n$/ })
  const all = await baotu(`keys rotate ${SPACE} --state ${state} --lang en`)
  t.equal(all.out.trim().split('\n').length, 9)
  t.not(all.out.match(/qilu-bank\.example: .*/)?.[0], one.out.trim(), 'another key than before')
})

t.test('removing keys and data needs a yes', async (t) => {
  const state = path.join(emptyFolder(t), 'state')
  const { code, err } = await baotu(`up ${SPACE} --state ${state} --fresh --lang en`)
  t.match({ code, err }, { code: 1, err: /nothing removed, nothing started/ })
})

t.test(
  'a refused question has an exit code of its own; a failure of ours shows its place',
  async (t) => {
    const { io, said } = fakeIo()
    t.equal(tellFailure(new AskError('QUERY_REFUSED', 'refused', 'DENY_SHAPE'), io, 'en'), 3)
    t.match(said.err, /^QUERY_REFUSED: refused\nDENY_SHAPE: .+; .+/, 'and what to do')
    t.equal(tellFailure(new TypeError('broken'), io, 'en'), 1)
    t.match(said.err, /TypeError: broken\n {4}at /)
  },
)
