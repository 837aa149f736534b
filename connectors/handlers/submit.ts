import { decodeBase64url } from '#crypto/base64url'
import { type Digest, digestBytes, digestOf, isDigest } from '#crypto/digest'
import { open } from '#crypto/envelope'
import { derivePairKey } from '#crypto/masks'
import { derivePadKey } from '#crypto/pads'
import { Secret } from '#crypto/secret'
import type { GateControls } from '#policies/disclosure/gate-controls'
import { sessionControls } from '#policies/disclosure/session-controls'
import { ProtocolError } from '#protocol/errors'
import { KINDS } from '#protocol/message-kinds'
import type { Submission } from '#protocol/messages/session'
import type { TaskAnswer, TaskBody } from '#protocol/messages/tasks'
import type { Panel } from '#protocol/plans/plan'
import { seedContext } from '#protocol/sealing'
import { type AgreedSession, agreeSession, type Desk, openSession } from '#protocol/session-papers'
import { openSigned } from '#protocol/signed'
import { faultPoint } from '#runtime/fault-point'
import type { ConnectorDesk } from '../desk.ts'
import { ConnectorError } from '../errors.ts'
import { type BlindingKeys, blindPanel } from '../execution/blind.ts'
import { panelVector } from '../execution/vector.ts'
import type { StoredSubmission, Veto } from '../ledger/holder-ledger.ts'
import type { SessionKeys } from '../session-keys.ts'
import { ownPanels, sourceOf } from './advertise.ts'

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
    (await storedSubmission(desk, invitation, agreed)) ??
    (await compute(desk, agreed, body, invitation))
  desk.keys.forget(invitation)
  faultPoint('connector.submission.before-send')
  for (const bytes of stored.ciphertexts) await desk.link.putBlob(invitation, bytes)
  faultPoint('connector.submission.after-send')
  return { submission: stored.submission }
}

async function checkConfirmations(
  { verify, directory, counterparts, now }: Desk,
  { request, session, transcriptDigest }: AgreedSession,
  { releaseConfirmation, consumerConfirmation, seed }: TaskBody<'submit'>,
  did: string,
): Promise<void> {
  const releaseKeys = directory.keys(counterparts.release, 'release', 'sign', now)
  const release = await openSigned(
    verify,
    KINDS.releaseConfirmation,
    releaseConfirmation,
    releaseKeys,
  )
  const consumerKeys = directory.keys(request.consumer, 'consumer', 'sign', now)
  const kind = KINDS.consumerConfirmation
  const consumer = await openSigned(verify, kind, consumerConfirmation, consumerKeys)
  for (const { sid, transcript } of [release, consumer]) {
    if (sid !== session.sid || transcript !== transcriptDigest) {
      throw new ProtocolError('TRANSCRIPT_MISMATCH', 'a party was shown another transcript')
    }
  }
  const own = consumer.seeds.find(({ holder }) => holder === did)
  if (own?.sealed !== digestBytes(decodeBase64url(seed))) {
    throw new ConnectorError('SEED_REFUSED', 'the pad seed is not the one that the consumer signed')
  }
}

async function storedSubmission(
  desk: ConnectorDesk,
  invitation: string,
  { transcriptDigest, adverts }: AgreedSession,
): Promise<StoredSubmission | undefined> {
  const known = await desk.ledger.find(invitation)
  const own = adverts.find(({ holder }) => holder === desk.did)
  if (known === undefined || own === undefined || known.sid !== own.sid) {
    throw new ConnectorError('LEDGER_CONFLICT', 'this holder has not answered the invitation')
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
  using seed = await openSeed(desk, agreed, body.seed, keys)
  const vetoes: Veto[] = []
  const parts: Submission['parts'] = []
  const ciphertexts: Uint8Array[] = []
  for (const panel of ownPanels(desk, agreed)) {
    const { plaintexts, vetoed } = await panelPlaintexts(desk, agreed, panel, controls, keys, seed)
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

async function panelPlaintexts(
  desk: ConnectorDesk,
  agreed: AgreedSession,
  panel: Panel,
  controls: GateControls,
  keys: SessionKeys,
  seed: Secret,
): Promise<{ plaintexts: readonly BigUint64Array[]; vetoed: Veto[] }> {
  const source = sourceOf(desk, agreed, panel.part)
  const own = agreed.adverts.find(({ holder }) => holder === desk.did)
  const promised = own?.parts.find(({ part }) => part === panel.part)?.dataset
  const groups = await source.run(panel.question, desk.queryMs)
  if ((await source.version()) !== promised) {
    throw new ConnectorError('DATASET_CHANGED', 'the data is not of the version in the advert')
  }
  const { coefficients, vetoed } = panelVector(agreed.plan, panel, groups, controls, desk.random)
  blindPanel(panel, coefficients, blindingKeys(desk.did, agreed, panel, keys, seed))
  const reasons = [...vetoed].map(([group, rule]) => ({ part: panel.part, group, rule }))
  return { plaintexts: coefficients, vetoed: reasons }
}

function blindingKeys(
  did: string,
  { adverts, transcriptDigest: transcript }: AgreedSession,
  { part, roster, release }: Panel,
  { mask }: SessionKeys,
  seed: Secret,
): BlindingKeys {
  const binding = { transcript, panelId: part }
  const index = roster.indexOf(did)
  const pad = derivePadKey(seed, binding)
  if (release !== 'pooled') return { index, pad, pairs: [] }
  const pairs = roster.flatMap((holder, peer) => {
    if (peer === index) return []
    const advert = adverts.find((candidate) => candidate.holder === holder)
    if (advert === undefined) throw new ConnectorError('ROSTER_REFUSED', 'a peer has no mask key')
    return [{ index: peer, key: derivePairKey(mask, decodeBase64url(advert.maskKey), binding) }]
  })
  return { index, pad, pairs }
}

async function openSeed(
  desk: ConnectorDesk,
  { transcriptDigest }: AgreedSession,
  sealed: string,
  { pad }: SessionKeys,
): Promise<Secret> {
  const context = seedContext(transcriptDigest, desk.did)
  const seed = await open({ key: pad, ...context }, decodeBase64url(sealed))
  if (seed.length !== 32) throw new ConnectorError('SEED_REFUSED', 'a pad seed has 32 bytes')
  return Secret.take(seed)
}

async function store(
  desk: ConnectorDesk,
  { session, adverts }: AgreedSession,
  invitation: string,
  stored: StoredSubmission,
  vetoes: readonly Veto[],
): Promise<void> {
  const own = adverts.find(({ holder }) => holder === desk.did)
  const datasets = (own?.parts ?? []).map(({ dataset }) => dataset).filter(isDigest)
  const transcript = stored.transcript
  faultPoint('connector.submission.before-store')
  await desk.ledger.transaction(async (tx) => {
    await desk.ledger.submit(tx, invitation, stored, vetoes)
    await desk.evidence.append(tx, {
      type: 'holder.submitted',
      actor: desk.did,
      transcript,
      submission: submissionDigest(stored.submission, session.sid),
      datasets,
    })
  })
  faultPoint('connector.submission.after-store')
}

/** The digest by which logs name a submission. */
export function submissionDigest(submission: string, sid: string): Digest {
  return digestOf('baotu/submission', { sid, submission })
}
