import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { leafHash } from '#crypto/merkle'
import { checkpointText } from '#evidence/checkpoint'
import { encodeBundle } from '#evidence/entry-bundle'
import { parseVerifierKey } from '#evidence/note-key'
import { bundlePath, tilePath } from '#evidence/tile'
import { TreeEdge } from '#evidence/tree-edge'
import { openCheckpoint } from '#evidence/verify-note'

// The log that transparency-dev/tessera keeps as its reference (see its note in the shared data).
const folder = path.resolve(import.meta.dirname, '../../../shared/data/tessera-log')
const VKEY = 'example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx'
const WORDS =
  'one two three four five six seven eit nain ten ileven twelf threeten fourten fivten'.split(' ')

const skip = existsSync(folder) ? false : 'the reference log is not beside this project'

t.test('tiles, bundles and checkpoints equal the reference log', { skip }, async (t) => {
  const entries = WORDS.map((word) => Buffer.from(word))
  const log = parseVerifierKey(VKEY)
  const compared = new Set<string>()
  const same = (name: string, bytes: Uint8Array) => {
    compared.add(name)
    t.ok(readFileSync(path.join(folder, name)).equals(bytes), name)
  }
  for (let size = 0; size <= entries.length; size++) {
    const edge = new TreeEdge()
    for (const entry of entries.slice(0, size)) edge.add(leafHash(entry))
    for (const tile of edge.changes()) same(tilePath(tile), tile.bytes)
    if (size > 0) same(bundlePath(0, size), encodeBundle(entries.slice(0, size)))
    const note = readFileSync(path.join(folder, `checkpoint.${size}`), 'utf8')
    const text = checkpointText({ origin: log.name, size, root: edge.view().root() })
    t.ok(note.startsWith(`${text}\n`), `body of checkpoint.${size}`)
    t.equal(openCheckpoint(note, log).size, size)
    compared.add(`checkpoint.${size}`)
  }
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile() && file.name !== 'checkpoint')
    .map((file) => path.relative(folder, path.join(file.parentPath, file.name)))
  t.strictSame([...compared].sort(), files.sort(), 'every file of the reference log was compared')
})
