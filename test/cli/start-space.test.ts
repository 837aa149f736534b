import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import t from 'tap'
import { type CommandIo, EXIT } from '#cli/command'
import { tellFailure } from '#cli/failure'
import { loadSpace } from '#cli/space/load-space'
import { PartyStartError } from '#cli/space/party-children'
import { removeState } from '#cli/space/remove-state'
import { runningIn } from '#cli/space/running'
import { startSpace } from '#cli/space/start-space'
import { launcherOf, stateFolderAt } from '#cli/space/state-folder'
import { systemRandom } from '#crypto/random'
import { smallProduct, smallSpace, writeSmallSpace } from '#test/support/space-folder'

const io: CommandIo = {
  stdout: { write: () => true },
  stderr: { write: () => true },
  cwd: '.',
  now: () => Date.now(),
  random: systemRandom,
  interrupted: new AbortController().signal,
  confirm: async () => false,
}

t.test('what a party could not start by is to be mended, or not, by its own code', async (t) => {
  const exit = (reason?: string) => tellFailure(new PartyStartError('it ended', reason), io)
  for (const code of ['MAPPING_REFUSED', 'SOURCE_MISSING', 'PART_NOT_HELD', 'SECRET_UNSET']) {
    t.equal(exit(code), EXIT.usage, code)
  }
  for (const code of ['SOURCE_UNREACHABLE', undefined]) t.equal(exit(code), EXIT.failed)
})

t.test(
  'a party that cannot start is told with its own words, and nothing stays behind',
  async (t) => {
    t.setTimeout(120_000)
    const product = smallProduct()
    const columns = product.columns.map((column) => ({ ...column, range: ['5', '1'] }))
    using written = writeSmallSpace(smallSpace(), { ...product, columns })
    const space = await loadSpace(written.spacePath)
    const state = stateFolderAt(path.join(mkdtempSync(path.join(tmpdir(), 'baotu-up-')), 'state'))
    t.teardown(() => rmSync(path.dirname(state.path), { recursive: true, force: true }))
    const said: string[] = []
    const options = { io, language: 'en', progress: (line: string) => said.push(line) } as const
    await t.rejects(startSpace(space, state, options), {
      code: 'PARTY_NOT_READY',
      reason: 'PRODUCT_REFUSED',
      message: /^authority\.example .*\n {2}PRODUCT_REFUSED /,
    })
    t.match(said.at(-1), 'authority.example', 'the others were not even begun')
    t.equal(await launcherOf(state), undefined)
    t.equal(await runningIn(state), undefined)
    await removeState(state, space.file.space, systemRandom)
    t.notOk(existsSync(state.path), 'a fresh start can begin from nothing')
  },
)
