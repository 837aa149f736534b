import t from 'tap'
import { closureOf, importsOf, readSources } from '#test/support/import-graph'
import { importBreaches } from '#test/support/import-rules'

const sources = readSources()

/** The house with one more file. */
function plant(file: string, text: string): string[] {
  return importBreaches(new Map([...sources, [file, text]]))
}

t.test('no module names or loads what its folder may not', async (t) => {
  t.ok(sources.size > 60, 'the house was read')
  t.same(importBreaches(sources), [])
})

const PLANTED: readonly (readonly [string, string, string, RegExp])[] = [
  [
    'a gateway that names the decryptor',
    'gateway/planted.ts',
    "import { decrypt } from '#crypto/he/decrypt'",
    /^gateway\/planted\.ts names crypto\/he\/decrypt\.ts$/m,
  ],
  [
    'a gateway that imports a holder',
    'gateway/planted.ts',
    "import { panelVector } from '#connectors/execution/vector'",
    /^gateway\/planted\.ts names connectors\/execution\/vector\.ts$/m,
  ],
  [
    'a type of another party counts too',
    'gateway/planted.ts',
    "import type { PanelVector } from '#connectors/execution/vector'",
    /^gateway\/planted\.ts names connectors\/execution\/vector\.ts$/m,
  ],
  [
    'a way round by a relative path',
    'release/planted.ts',
    "export { addPads } from '../crypto/pads.ts'",
    /^release\/planted\.ts names crypto\/pads\.ts$/m,
  ],
  [
    'a worker entry',
    'connectors/planted.ts',
    "new Worker(new URL('../crypto/he/decrypt.ts', import.meta.url))",
    /^connectors\/planted\.ts names crypto\/he\/decrypt\.ts$/m,
  ],
  [
    'a dynamic import',
    'sdk/planted.ts',
    "export const open = () => import('#crypto/he/decrypt')",
    /^sdk\/planted\.ts names crypto\/he\/decrypt\.ts$/m,
  ],
  [
    'the encryption engine outside of its folder',
    'gateway/planted.ts',
    "import SEAL from 'node-seal'",
    /^gateway\/planted\.ts names node-seal$/m,
  ],
  [
    'a folder that nobody placed',
    'backdoor/planted.ts',
    'export const open = true',
    /^backdoor\/ is not in the import table$/m,
  ],
  [
    'a module that does not exist',
    'gateway/planted.ts',
    "import { x } from '#protocol/not-there'",
    /^gateway\/planted\.ts names no file: protocol\/not-there\.ts$/m,
  ],
]

for (const [name, file, text, breach] of PLANTED) {
  t.test(`${name} turns it red`, async (t) => {
    t.match(plant(file, text).join('\n'), breach)
  })
}

t.test('what is loaded two steps away counts, with the way it goes', async (t) => {
  const planted = new Map([
    ...sources,
    ['runtime/bridge.ts', "export * from '#crypto/masks'"],
    ['gateway/planted.ts', "import { masks } from '#runtime/bridge'\nmasks()"],
  ])
  t.match(
    importBreaches(planted).join('\n'),
    /^gateway\/planted\.ts loads gateway\/planted\.ts > runtime\/bridge\.ts > crypto\/masks\.ts$/m,
  )
})

t.test('the reader of imports sees every form', async (t) => {
  const text = [
    "import a, { type B } from './a.ts'",
    "import type { C } from '#protocol/c'",
    "import {\n  d,\n  e,\n} from '../d/e.ts'",
    "export { f } from './f.ts'",
    "import 'g'",
    "const h = new URL('./h.ts', import.meta.url)",
  ].join('\n')
  const { named, loaded } = importsOf('sdk/x.ts', text)
  t.same(named.toSorted(), ['d/e.ts', 'g', 'protocol/c.ts', 'sdk/a.ts', 'sdk/f.ts', 'sdk/h.ts'])
  t.same(loaded.toSorted(), ['d/e.ts', 'g', 'sdk/a.ts', 'sdk/f.ts', 'sdk/h.ts'])
})

t.test('the closure of a process goes through its ground', async (t) => {
  const closure = closureOf('sdk/answer.ts', sources)
  t.ok(closure.includes('protocol/limbs.ts'))
  t.notOk(closure.some((file) => file.startsWith('connectors/')))
})
