import { digestBytes, type Preimage } from '#crypto/digest'
import { seal } from '#crypto/envelope'
import { endOfTerm } from '#evidence/opening-store'
import { sessionControls } from '#policies/disclosure/session-controls'
import { encodeAuditCopy } from '#protocol/audit-copy'
import { ProtocolError } from '#protocol/errors'
import { KINDS } from '#protocol/message-kinds'
import type { Release, Submission } from '#protocol/messages/session'
import type { TaskAnswer, TaskBody } from '#protocol/messages/tasks'
import { encodeReleasedTable, verdictsPreimage } from '#protocol/release-result'
import { auditContext, resultContext } from '#protocol/sealing'
import { type AgreedSession, agreeSession, type Desk, openSession } from '#protocol/session-papers'
import { faultPoint } from '#runtime/fault-point'
import type { ReleaseDesk } from '../desk.ts'
import { ReleaseError } from '../errors.ts'
import { releaseEntries } from '../log-entries.ts'
import { type GatedTable, gateTable, type OpenedPanel } from '../open-panels.ts'
import { recomputeSums, sumsDigest } from '../recompute.ts'
import type { ReleaseSession } from '../store/session-store.ts'
import { openSubmissions } from '../submissions.ts'
import { endVoid } from './void-session.ts'

/**
 * The release: verifies every submission, recomputes the sums itself, decrypts them, gates every
 * group, seals the table to the consumer and the decrypted sums to the auditor, and destroys the
 * key. Inputs that do not verify, or sums that are not those of the whole roster, void the session.
 */
export async function releaseSession(
  desk: ReleaseDesk,
  body: TaskBody<'release'>,
  invitation: string,
): Promise<TaskAnswer<'release'>> {
  const known = await desk.store.find(invitation)
  if (known === undefined) throw new ReleaseError('SESSION_LOST', 'no such session')
  if (known.outcome !== null) return repeat(desk, known, known.outcome)
  const keys = desk.live.get(invitation)
  if (keys === undefined || known.state !== 'confirmed') {
    return { void: await endVoid(desk, known, 'SESSION_LOST') }
  }
  const papers = await desk.open()
  const agreed = await agreeSession(papers, await openSession(papers, body), body.adverts)
  if (agreed.transcriptDigest !== known.transcript) {
    throw new ProtocolError('TRANSCRIPT_MISMATCH', 'another transcript than the one signed')
  }
  const outcome = await openInputs(desk, papers, agreed, body.submissions, invitation)
  if (outcome === undefined) return { void: await endVoid(desk, known, 'INPUTS_REJECTED') }
  return finish(desk, papers, agreed, known, outcome)
}

interface Opened {
  readonly submissions: readonly Submission[]
  readonly sum: string
  readonly panels: readonly OpenedPanel[]
  readonly gated: GatedTable
}

async function openInputs(
  desk: ReleaseDesk,
  papers: Desk,
  agreed: AgreedSession,
  signed: readonly string[],
  invitation: string,
): Promise<Opened | undefined> {
  const keys = desk.live.get(invitation)
  if (keys === undefined) return undefined
  try {
    const submissions = await openSubmissions(papers, agreed, signed)
    const fetch = (digest: string) => desk.link.getBlob(invitation, digest)
    const sums = await recomputeSums(agreed.plan, submissions, fetch)
    const opened = await keys.open(sums.flat())
    const panels = splitByPanel(agreed, opened)
    const controls = sessionControls(agreed.adverts.map((advert) => advert.controls))
    const gated = gateTable(agreed.plan, agreed.product, panels, controls)
    return gated && { submissions, sum: sumsDigest(sums), panels, gated }
  } catch (error) {
    if (isRejection(error)) return undefined
    throw error
  }
}

// A refused input ends the session; a gateway that cannot be reached does not.
function isRejection(error: unknown): boolean {
  const name = error instanceof Error ? error.name : ''
  return name === 'ProtocolError' || name === 'CryptoError' || name === 'HeError'
}

function splitByPanel({ plan }: AgreedSession, opened: readonly BigUint64Array[]): OpenedPanel[] {
  let at = 0
  return plan.panels.map(({ layout }) => {
    at += layout.ciphertexts
    return opened.slice(at - layout.ciphertexts, at)
  })
}

async function finish(
  desk: ReleaseDesk,
  { directory, now }: Desk,
  agreed: AgreedSession,
  known: ReleaseSession,
  { submissions, sum, panels, gated }: Opened,
): Promise<TaskAnswer<'release'>> {
  const { request, plan, transcriptDigest: transcript, session } = agreed
  const salt = desk.random(32)
  const table = { transcript, salt, ...gated }
  const resultKey = directory.sealingKey(request.deliverTo, 'consumer', now)
  const auditKey = directory.sealingKey(session.auditor, 'auditor', now)
  const result = await seal(
    { recipient: resultKey.jwk, ...resultContext(transcript, request.deliverTo) },
    encodeReleasedTable(plan, table),
  )
  const audit = await seal(
    { recipient: auditKey.jwk, ...auditContext(transcript, session.auditor) },
    encodeAuditCopy({ transcript, salt, panels }),
  )
  const verdicts = verdictsPreimage(table)
  const statement: Release = {
    type: 'baotu/release@1',
    sid: session.sid,
    transcript,
    inputs: submissions.flatMap(({ parts }) => parts.flatMap(({ ciphertexts }) => ciphertexts)),
    result: digestBytes(result),
    resultKey: resultKey.kid,
    audit: digestBytes(audit),
    auditKey: auditKey.kid,
    verdicts: verdicts.digest,
  }
  const outcome = await desk.signer().sign(KINDS.release.typ, statement)
  await store(desk, known, statement, {
    kept: { outcome, result, audit },
    opened: { program: agreed.invitation.plan, sum },
    verdicts,
    party: request.deliverTo,
  })
  return repeat(desk, { ...known, result, audit, state: 'released' }, outcome)
}

async function store(
  desk: ReleaseDesk,
  known: ReleaseSession,
  statement: Release,
  { kept, opened, verdicts, party }: Releasing,
): Promise<void> {
  const eraseAfter = endOfTerm(desk.now(), desk.disclosableMs)
  faultPoint('release.outcome.before-store')
  await desk.store.transaction(async (tx) => {
    for (const entry of releaseEntries(desk.did, statement, opened)) {
      await desk.evidence.append(tx, entry)
    }
    await desk.openings.keepSealed(tx, [{ ...verdicts, kind: 'VERDICT', party, eraseAfter }])
    await desk.store.move(tx, known.invitation, ['confirmed'], { state: 'released', ...kept })
  })
  faultPoint('release.outcome.after-store')
}

interface Releasing {
  readonly kept: Record<'result' | 'audit', Uint8Array> & { readonly outcome: string }
  readonly opened: { readonly program: string; readonly sum: string }
  /** Which groups passed, for who may see it; the log has the digest. */
  readonly verdicts: Preimage
  readonly party: string
}

// The key goes before the answer: what was released is stored, so nothing is lost with it.
async function repeat(desk: ReleaseDesk, known: ReleaseSession, outcome: string) {
  await desk.live.wipe(known.invitation)
  if (known.state === 'void') return { void: outcome }
  const { result, audit } = known
  if (result === null || audit === null) throw new ReleaseError('SESSION_LOST', 'nothing stored')
  faultPoint('release.outcome.before-send')
  await desk.link.putBlob(known.invitation, result)
  await desk.link.putBlob(known.invitation, audit)
  faultPoint('release.outcome.after-send')
  return { release: outcome }
}
