import { digestBytes, isDigest } from '#crypto/digest'
import { sessionControls } from '#policies/disclosure/session-controls'
import { ProtocolError } from '#protocol/errors'
import { KINDS } from '#protocol/message-kinds'
import type { Submission } from '#protocol/messages/session'
import type { TaskAnswer, TaskBody } from '#protocol/messages/tasks'
import { submissionPreimage } from '#protocol/session'
import { type AgreedSession, agreeSession, openSession } from '#protocol/session-papers'
import { faultPoint } from '#runtime/fault-point'
import type { ConnectorDesk } from '../desk.ts'
import { ConnectorError } from '../errors.ts'
import { panelPlaintexts } from '../execution/panel-plaintexts.ts'
import type { StoredSubmission, Veto } from '../ledger/holder-ledger.ts'
import { ownPanels } from './advertise.ts'
import { checkConfirmations, openSeed } from './confirmations.ts'

/**
 * Computes and submits, once per session: every signature on H is checked again, the aggregation
 * is pushed into the source, groups that fail here are vetoed, values padded, pooled columns
 * masked, everything encrypted, stored, and only then sent. Asked again, it sends the same bytes.
 */
export async function submit(
  desk: ConnectorDesk,
  body: TaskBody<'submit'>,
  invitation: string,
): Promise<TaskAnswer<'submit'>> {
  const papers = await desk.open()
  const agreed = await agreeSession(papers, await openSession(papers, body), body.adverts)
  await checkConfirmations(papers, agreed, body, desk.did)
  const stored =
    (await storedSubmission(desk, invitation, agreed, body.adverts)) ??
    (await compute(desk, agreed, body, invitation))
  desk.keys.forget(invitation)
  faultPoint('connector.submission.before-send')
  for (const bytes of stored.ciphertexts) await desk.link.putBlob(invitation, bytes)
  faultPoint('connector.submission.after-send')
  return { submission: stored.submission }
}

async function storedSubmission(
  desk: ConnectorDesk,
  invitation: string,
  { transcriptDigest, adverts }: AgreedSession,
  signed: readonly string[],
): Promise<StoredSubmission | undefined> {
  const known = await desk.ledger.find(invitation)
  const own = adverts.find(({ holder }) => holder === desk.did)
  if (known === undefined || own === undefined || known.sid !== own.sid) {
    throw new ConnectorError('LEDGER_CONFLICT', 'this holder has not answered the invitation')
  }
  if (!signed.includes(known.advert)) {
    throw new ProtocolError('TRANSCRIPT_MISMATCH', 'the ledger holds another advert of this holder')
  }
  if (known.state === 'void') throw new ConnectorError('LEDGER_CONFLICT', 'the session is void')
  const stored = await desk.ledger.submission(invitation)
  if (stored !== undefined && stored.transcript !== transcriptDigest) {
    throw new ProtocolError('TRANSCRIPT_MISMATCH', 'this holder submitted to another transcript')
  }
  return stored
}

async function compute(
  desk: ConnectorDesk,
  agreed: AgreedSession,
  body: TaskBody<'submit'>,
  invitation: string,
): Promise<StoredSubmission> {
  const keys = desk.keys.get(invitation)
  if (keys === undefined) throw new ConnectorError('SESSION_KEYS_LOST', 'answered before a restart')
  const controls = sessionControls(agreed.adverts.map((advert) => advert.controls))
  const publicKey = await desk.link.getBlob(invitation, agreed.session.publicKey)
  using seed = await openSeed(desk.did, agreed, body.seed, keys)
  const contribution = { controls, keys, seed }
  const vetoes: Veto[] = []
  const parts: Submission['parts'] = []
  const ciphertexts: Uint8Array[] = []
  for (const panel of ownPanels(desk, agreed)) {
    const { plaintexts, vetoed } = await panelPlaintexts(desk, agreed, panel, contribution)
    const encrypted = await desk.encrypt(publicKey, plaintexts)
    parts.push({ part: panel.part, ciphertexts: encrypted.map((bytes) => digestBytes(bytes)) })
    ciphertexts.push(...encrypted)
    vetoes.push(...vetoed)
  }
  const { sid } = agreed.session
  const statement: Submission = {
    type: 'baotu/submission@1',
    sid,
    transcript: agreed.transcriptDigest,
    holder: desk.did,
    parts,
  }
  const submission = await desk.signer().sign(KINDS.submission.typ, statement)
  const stored = { transcript: agreed.transcriptDigest, submission, ciphertexts }
  await store(desk, agreed, invitation, stored, vetoes)
  return stored
}

async function store(
  desk: ConnectorDesk,
  { session, adverts, plan }: AgreedSession,
  invitation: string,
  stored: StoredSubmission,
  vetoes: readonly Veto[],
): Promise<void> {
  const own = adverts.find(({ holder }) => holder === desk.did)
  const datasets = (own?.parts ?? []).map(({ dataset }) => dataset).filter(isDigest)
  const verdicts = verdictsOf(
    (own?.parts ?? []).map(({ part }) => part),
    plan.groups,
    vetoes,
  )
  const common = { actor: desk.did, transcript: stored.transcript }
  faultPoint('connector.submission.before-store')
  await desk.ledger.transaction(async (tx) => {
    await desk.ledger.submit(tx, invitation, stored, vetoes)
    const submission = submissionPreimage(session.sid, stored.submission).digest
    await desk.evidence.appendAll(tx, [
      { type: 'holder.checked', ...common, verdicts: await desk.seal(tx, 'CHECK', verdicts) },
      { type: 'holder.submitted', ...common, submission, datasets },
    ])
  })
  faultPoint('connector.submission.after-store')
}

// By part one digit a group: 1 passes this holder's own checks, 0 is vetoed. The reasons stay here.
function verdictsOf(parts: readonly string[], groups: number, vetoes: readonly Veto[]) {
  return Object.fromEntries(
    parts.map((part) => {
      const vetoed = new Set(vetoes.filter((veto) => veto.part === part).map(({ group }) => group))
      const digits = Array.from({ length: groups }, (_, group) => (vetoed.has(group) ? '0' : '1'))
      return [part, digits.join('')]
    }),
  )
}
