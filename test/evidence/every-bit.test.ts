import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { listFiles } from '#evidence/evidence-files'
import { MANIFEST_FILE, POLICY_FILE, RULES_FILE } from '#evidence/evidence-folder'
import type { Finding } from '#evidence/finding'
import { judged, wholeBundle } from './made-bundle.ts'
import { temporaryFolder } from './made-folder.ts'

/** The kinds of files there are, by a piece of their names. */
const KINDS = [
  ...[POLICY_FILE, RULES_FILE, MANIFEST_FILE, 'openings.json', 'receipts/', 'ciphertexts/'],
  ...['/checkpoint', '/cosigned', '/seen/', '/anchors/', '/tile/0/', '/tile/entries/'],
]

/** True where the finding says that it is this file, or the manifest's word on another. */
function names(file: string) {
  return (finding: Finding): boolean =>
    finding.file === file || (file === MANIFEST_FILE && finding.detail === MANIFEST_FILE)
}

/** How many bytes of each file, at even distances; all of what is smaller. */
const BYTES = { signed: 20, unsigned: 80 }

for (const isSigned of [true, false]) {
  const title = isSigned ? 'a signed' : 'an unsigned'
  t.test(`one changed bit in any file of ${title} bundle is found, with its place`, async (t) => {
    t.setTimeout(200_000)
    const folder = path.join(temporaryFolder(t), 'bundle')
    const { logs, policy } = await wholeBundle(folder, isSigned)
    const judge = () => judged(folder, logs, policy)
    t.match(judge(), { findings: [], isSealed: isSigned, anchored: [{ size: 21 }] }, 'control')
    const files = listFiles(folder)
    for (const kind of KINDS)
      t.ok(
        files.some((file) => `/${file}`.includes(kind)),
        kind,
      )
    for (const name of files) {
      const file = path.join(folder, name)
      const bytes = readFileSync(file)
      const missed: string[] = []
      let flips = 0
      const step = Math.max(1, bytes.length / BYTES[isSigned ? 'signed' : 'unsigned'])
      for (let at = 0; at < bytes.length; at = Math.ceil(at + step)) {
        const bit = flips++ % 8
        const changed = Buffer.from(bytes)
        changed.writeUInt8(changed.readUInt8(at) ^ (1 << bit), at)
        writeFileSync(file, changed)
        if (!judge().findings.some(names(name))) missed.push(`byte ${at} bit ${bit}`)
      }
      writeFileSync(file, bytes)
      t.strictSame(missed, [], `${name}: ${bytes.length} bytes`)
    }
    t.strictSame(judge().findings, [], 'put back, it verifies')
  })
}
