import path from 'node:path'
import t from 'tap'
import { runEvidenceCommand } from '#cli/evidence'
import { readerOf } from '#cli/evidence-reader'
import { loadSpace } from '#cli/space/load-space'
import { PROJECT_ROOT } from '#test/support/import-graph'

const FILE = path.join(PROJECT_ROOT, 'examples', 'three-cities', 'space.json')
const space = await loadSpace(FILE)
const auditor = space.file.auditor.did

t.test('whom an export is for', async (t) => {
  t.same(readerOf(space), { role: 'PUBLIC', did: '' }, 'nobody in particular: nothing is opened')
  t.same(readerOf(space, 'public'), readerOf(space))
  t.same(readerOf(space, 'regulator'), { role: 'REGULATOR', did: auditor })
  t.same(readerOf(space, 'auditor'), { role: 'AUDITOR', did: auditor })
  const did = 'did:web:regulator.example'
  t.same(readerOf(space, 'regulator', did), { role: 'REGULATOR', did })
  t.same(readerOf(space, 'auditor', did), { role: 'AUDITOR', did })
  t.same(readerOf(space, auditor), { role: 'AUDITOR', did: auditor })
  const bank = { role: 'PARTICIPANT', did: 'did:web:qilu-bank.example' }
  t.same(readerOf(space, 'qilu-bank'), bank)
  t.same(readerOf(space, 'did:web:qilu-bank.example'), bank)
})

t.test('whoever is nobody is refused before anything is opened', async (t) => {
  const refused = { code: 'CLI_USAGE' }
  t.throws(() => readerOf(space, 'Regulator'), refused)
  t.throws(() => readerOf(space, 'did:web:stranger.example'), refused)
  t.throws(() => readerOf(space, 'regulator', 'somebody'), refused)
  t.throws(() => readerOf(space, 'qilu-bank', 'did:web:other.example'), refused)
  t.throws(() => readerOf(space, undefined, 'did:web:other.example'), refused)
  const io = { cwd: '/', stdout: { write: () => true }, stderr: { write: () => true } }
  for (const whom of [[], ['--for', 'public'], ['--for', 'qilu-bank']]) {
    await t.rejects(runEvidenceCommand(['export', FILE, '--ciphertexts', ...whom], io), refused)
  }
})
