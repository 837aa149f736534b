import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { exportEvidence } from '#cli/space/export-evidence'
import { runVerifierProcess } from '#cli/space/verifier-process'
import { logName } from '#evidence/log-owner'
import { parseNote } from '#evidence/signed-note'
import { majorityOf } from '#evidence/witness-quorum'
import { ask } from '#sdk/ask'
import { bureauDid } from '#test/support/tiny-files'
import { TINY } from '#test/support/tiny-policies'
import { openTinySpace, type TinySpace } from '#test/support/tiny-space'

const PEERS = 4
const ORIGIN = logName(TINY.gateway, TINY.space)

/** Who cosigned checkpoints of a party's log, the most that stand on one of them. */
async function cosigned(tiny: TinySpace, did: string): Promise<number> {
  const rows = await tiny.select<{ note: string }>(did, 'select note from evidence_cosigned')
  return Math.max(0, ...rows.map(({ note }) => parseNote(note).signatures.length - 1))
}

async function until(isSo: () => Promise<boolean>): Promise<boolean> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await isSo()) return true
    await delay(100)
  }
  return false
}

t.test('the parties of a running space witness each other by themselves', async (t) => {
  await using tiny = await openTinySpace()
  await ask(tiny.bank, await tiny.question())
  const isQuorum = async () => (await cosigned(tiny, TINY.gateway)) >= majorityOf(PEERS)
  t.ok(await until(isQuorum), 'a majority cosigned one checkpoint of the gateway')
  for (const did of [TINY.release, bureauDid('jinan'), bureauDid('binzhou')]) {
    t.ok(await until(async () => (await cosigned(tiny, did)) === 1), `${did}, by the gateway`)
  }
  const exported = await exportEvidence(tiny.space, tiny.state)
  const { code, output } = await runVerifierProcess(exported, 'zh')
  t.equal(code, 0, output)
  t.match(output, /见证方：/)

  await t.test('a holder that was shown two histories takes no more part', async (t) => {
    const jinan = bureauDid('jinan')
    await tiny.select(
      jinan,
      `insert into evidence_split (space_id, origin, shown_digest, held, shown)
        values ('${TINY.space}', '${ORIGIN}', 'd', 'held', 'shown')`,
    )
    const again = { ...(await tiny.question()), requestRef: 'case-2' }
    await t.rejects(ask(tiny.bank, again), /HOLDER_REFUSED/)
    t.match(tiny.crew.log(), /"code":"VIEW_SPLIT"/)
    await tiny.select(jinan, 'update evidence_split set settled = true')
    const settled = { ...(await tiny.question()), requestRef: 'case-3' }
    t.ok((await ask(tiny.bank, settled)).answer, 'settled by an operator it works again')
  })
})
