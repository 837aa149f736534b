import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import t, { type Test } from 'tap'
import { replayAggregate } from '#cli/evidence-replay'
import { type ExportFor, exportEvidence } from '#cli/space/export-evidence'
import { listFiles } from '#evidence/evidence-files'
import { OPENINGS_FILE } from '#evidence/evidence-folder'
import type { Opening } from '#evidence/opening'
import { runVerifier } from '#evidence/verifier'
import { ask } from '#sdk/ask'
import { bureauDid } from '#test/support/tiny-files'
import { TINY } from '#test/support/tiny-policies'
import { BUREAUS, firmsOf } from '#test/support/tiny-rows'
import { openTinySpace, type TinySpace } from '#test/support/tiny-space'

const REFERENCE = 'QRT-2026-000123'
const REGULATOR = 'did:web:regulator.example'

// Sector F of one bureau is a single firm: its small cell is below every threshold.
const [jinan, qingdao, binzhou] = BUREAUS.map((bureau) => {
  return firmsOf(bureau).filter(({ section, size }, at) => {
    return section !== 'F' || size !== 'small' || (bureau === 'jinan' && at % 15 === 0)
  })
})
const tiny = await openTinySpace({
  rows: { jinan: jinan ?? [], qingdao: qingdao ?? [], binzhou: binzhou ?? [] },
})
t.teardown(() => tiny[Symbol.asyncDispose]())
const question = { ...(await tiny.question()), requestRef: REFERENCE }
const { release, answer } = await ask(tiny.bank, question)

const AS = {
  public: { reader: { role: 'PUBLIC', did: '' }, ciphertexts: false },
  auditor: { reader: { role: 'AUDITOR', did: TINY.auditor }, ciphertexts: false },
  regulator: { reader: { role: 'REGULATOR', did: REGULATOR }, ciphertexts: true },
  bank: { reader: { role: 'PARTICIPANT', did: TINY.bank }, ciphertexts: false },
  jinan: { reader: { role: 'PARTICIPANT', did: bureauDid('jinan') }, ciphertexts: false },
} as const satisfies Record<string, ExportFor>

interface Told {
  readonly folder: string
  readonly code: number
  readonly story: string
  readonly openings: readonly Opening[]
}

/** Exports for a reader, keeps a copy, and tells the story of the answer from it. */
async function exported(t: Test, whom: ExportFor, language = 'en'): Promise<Told> {
  const { folder: written, policyFile } = await exportEvidence(tiny.space, tiny.state, whom)
  const home = mkdtempSync(path.join(tmpdir(), 'baotu-disclosed-'))
  t.teardown(() => rmSync(home, { recursive: true }))
  const folder = path.join(home, 'evidence')
  cpSync(written, folder, { recursive: true })
  cpSync(policyFile, path.join(home, 'policy'))
  const openings = JSON.parse(readFileSync(path.join(folder, OPENINGS_FILE), 'utf8'))
  return { folder, openings, ...told(folder, language) }
}

function told(folder: string, language: string, ...more: string[]) {
  const lines: string[] = []
  const say = (text: string) => void lines.push(text)
  const argv = [folder, '--policy', path.join(folder, '..', 'policy'), '--lang', language]
  const io = { cwd: '/', stdout: say, stderr: say }
  const asked = more.length > 0 ? more : ['--result', release.result]
  const code = runVerifier([...argv, ...asked], io, replayAggregate)
  return { code, story: lines.join('') }
}

function labelsOf({ openings }: Told): string[] {
  return [...new Set(openings.map(({ label }) => label))].sort()
}

t.test('x', async (t) => {
  for (const [name, whom] of Object.entries(AS)) for (const l of ['en','zh']) {
    const x = await exported(t, whom, l)
    console.error(name, x.code, labelsOf(x), x.story)
  }
  console.error(answer.groups.map(g=>[g.codes, g.figures!==undefined]))
})
