import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import t from 'tap'
import { ask } from '#sdk/ask'
import { findCanaries } from '#test/support/canary'
import { folderBytes } from '#test/support/folder-bytes'
import { keyParts } from '#test/support/key-parts'
import { findInMemory } from '#test/support/process-memory'
import { dumpTables } from '#test/support/table-dump'
import { TINY } from '#test/support/tiny-policies'
import { openTinySpace, type TinySpace } from '#test/support/tiny-space'

const folder = mkdtempSync(path.join(tmpdir(), 'baotu-keys-'))
t.teardown(() => rmSync(folder, { recursive: true }))
const file = path.join(folder, 'parts')

const watching = new URL('../support/watch-cells.ts', import.meta.url)
watching.search = new URLSearchParams({ file }).toString()

/** Parts of the newest key in the memory of the release authority's process. */
function found({ crew }: TinySpace): string[] | undefined {
  return findInMemory(crew.process('release').pid, keyParts(file).at(-1) ?? [])
}

/** Everything that the release authority keeps outside of its memory. */
async function kept(tiny: TinySpace): Promise<Buffer> {
  const { state, crew } = tiny
  const own = folderBytes(state.partyFolder(TINY.release))
  return Buffer.concat([own, Buffer.from(crew.log()), await dumpTables(tiny, TINY.release)])
}

t.test('a session’s secret key ends with the session, whichever way', async (t) => {
  await using tiny = await openTinySpace({
    nodeArguments: (name) => (name === 'release' ? ['--import', watching.href] : []),
  })
  const whileOpen: (string[] | undefined)[] = []
  const look = (stage: string) => {
    if (stage === 'confirming') whileOpen.push(found(tiny))
  }
  await ask(tiny.bank, await tiny.question(), { progress: look })
  if (whileOpen[0] === undefined) {
    t.comment('skipped: this system does not let one process read the memory of another')
  } else {
    t.not(whileOpen[0].length, 0, 'positive control: it is found while the session is open')
    t.same(found(tiny), [], 'after the release no part of it is in the process')
  }
  const gone = { ...(await tiny.question()), requestRef: 'case-2' }
  const left = new AbortController()
  const killed = ask(tiny.bank, gone, {
    signal: left.signal,
    progress: (stage) => {
      if (stage === 'confirming') process.kill(tiny.crew.process('release').pid, 'SIGKILL')
    },
  })
  await tiny.crew.process('release').exited
  t.equal(keyParts(file).length, 2, 'two keys were made')
  const everyPart = keyParts(file).flat()
  t.same(findCanaries(await kept(tiny), everyPart), [], 'neither is on disk, killed or not')
  const planted = everyPart.filter(({ name }) => name.startsWith('key 0 '))
  const leaked = Buffer.concat([await kept(tiny), ...planted.map(({ bytes }) => bytes)])
  t.same(findCanaries(leaked, everyPart).length, planted.length, 'each form would be found there')
  left.abort()
  await t.rejects(killed)
})
