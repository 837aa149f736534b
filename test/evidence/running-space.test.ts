import { appendFileSync, readFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { exportEvidence } from '#cli/space/export-evidence'
import { type ChainRules, parseChainRules } from '#evidence/chain-rules'
import { checkChain } from '#evidence/check-chain'
import { ENTRY_FIELDS, type EntryType } from '#evidence/entry-fields'
import { EntryIndex, type Recorded } from '#evidence/entry-index'
import { traceResult } from '#evidence/lineage'
import { logName } from '#evidence/log-owner'
import { tellStory } from '#evidence/story'
import { parseTrustPolicy } from '#evidence/trust-policy'
import { type Report, verifyEvidence } from '#evidence/verify'
import { ask } from '#sdk/ask'
import { bureauDid } from '#test/support/tiny-files'
import { TINY } from '#test/support/tiny-policies'
import { BUREAUS } from '#test/support/tiny-rows'
import { openTinySpace, type TinySpace } from '#test/support/tiny-space'

const TYPES = Object.keys(ENTRY_FIELDS) as EntryType[]

/** What each party writes in its own log while one question is answered, and at its start. */
const WRITTEN: Readonly<Record<string, readonly EntryType[]>> = {
  [TINY.gateway]: [
    ...(['policy.enabled', 'request.received', 'request.decided', 'budget.reserved'] as const),
    ...(['plan.made', 'session.opened', 'session.transcript', 'input.submitted'] as const),
    ...(['release.sealed', 'result.delivered', 'result.acknowledged', 'meter.counted'] as const),
  ],
  [TINY.release]: ['session.opened', 'session.transcript', 'release.sealed'],
  [bureauDid('jinan')]: [
    ...(['policy.enabled', 'dataset.registered', 'product.published'] as const),
    ...(['holder.decided', 'holder.reserved', 'holder.checked', 'holder.submitted'] as const),
  ],
}

/** What a result does not rest on: its own delivery and what comes after. */
const AFTERWARDS: readonly EntryType[] = [
  'result.delivered',
  'result.acknowledged',
  'meter.counted',
]

async function verified({
  space,
  state,
}: TinySpace): Promise<{ report: Report; rules: ChainRules }> {
  const { folder, policyFile } = await exportEvidence(space, state)
  const policy = parseTrustPolicy(readFileSync(policyFile, 'utf8'))
  const rules = parseChainRules(readFileSync(path.join(folder, 'rules.json'), 'utf8'))
  return { report: verifyEvidence(folder, { policy, rules }), rules }
}

/** Every record but some, as if their log had never been told. */
function without({ entries }: Report, isDropped: (record: Recorded) => boolean): EntryIndex {
  const index = new EntryIndex()
  for (const type of TYPES) {
    for (const record of entries.all(type)) {
      if (!isDropped(record)) index.add(record.log, record.index, record.entry)
    }
  }
  return index
}

t.test('every step of a running space has its entry, and is missed without it', async (t) => {
  await using tiny = await openTinySpace()
  await ask(tiny.bank, await tiny.question())
  const { report, rules } = await verified(tiny)
  t.strictSame(report.findings, [])
  const [lineage] = report.results
  if (lineage === undefined) throw new Error('nothing was delivered')
  for (const [did, types] of Object.entries(WRITTEN)) {
    const log = logName(did, TINY.space)
    const told = TYPES.filter((type) => report.entries.all(type).some((one) => one.log === log))
    t.same(told.toSorted(), types.toSorted(), did)
    for (const type of types.filter((one) => !AFTERWARDS.includes(one))) {
      const index = without(report, (one) => one.log === log && one.entry.type === type)
      const findings = checkChain(traceResult(index, lineage.delivered), rules)
      const missed = findings.filter(({ code, detail }) => {
        return code === 'LINK_MISSING' && detail.startsWith(type)
      })
      t.match(missed[0], { log: String, index: Number }, `${did} without ${type}`)
    }
  }
  const control = without(report, () => false)
  t.strictSame(checkChain(traceResult(control, lineage.delivered), rules), [], 'control')
  for (const language of ['zh', 'en'] as const) {
    const story = tellStory({ ...report, names: rules.names, lineage, isReplayed: false }, language)
    const own = BUREAUS.map((bureau) => `${logName(bureauDid(bureau), TINY.space)}`)
    for (const log of own)
      t.equal(story.split(`[${log}`).length - 1 >= 4, true, `${language} ${log}`)
  }

  await t.test('data that moves on, a restart and a refusal leave one true story', async (t) => {
    appendFileSync(tiny.rowsFile('jinan'), '91370100999999999X,Late,F,small,1\n')
    await tiny.crew.kill('qingdao')
    await tiny.crew.start('qingdao')
    await ask(tiny.bank, { ...(await tiny.question()), requestRef: 'case-2' })
    const narrow = await tiny.question({
      where: [{ column: 'section', operator: 'eq', value: 'F' }],
    })
    await t.rejects(ask(tiny.bank, { ...narrow, requestRef: 'case-3' }), /HOLDER_REFUSED/)
    const { report: later } = await verified(tiny)
    t.strictSame(later.findings, [])
    t.equal(later.results.length, 2)
    const count = (bureau: (typeof BUREAUS)[number], type: EntryType) => {
      const log = logName(bureauDid(bureau), TINY.space)
      return later.entries.all(type).filter((record) => record.log === log).length
    }
    t.equal(count('jinan', 'dataset.registered'), 2)
    t.equal(count('jinan', 'product.published'), 2)
    t.equal(count('qingdao', 'dataset.registered'), 1, 'a restart tells nothing again')
    t.equal(count('qingdao', 'policy.enabled'), count('jinan', 'policy.enabled'))
    const refused = later.entries.all('holder.decided').filter(({ entry }) => {
      return entry.decision === 'DENY'
    })
    t.same(
      refused.map(({ log }) => log),
      [logName(bureauDid('binzhou'), TINY.space)],
    )
  })
})
