import { encodeBase64url } from '#crypto/base64url'
import { digestOf } from '#crypto/digest'
import { KINDS } from '#protocol/message-kinds'
import type { Advert } from '#protocol/messages/session'
import type { TaskAnswer, TaskBody } from '#protocol/messages/tasks'
import type { Panel } from '#protocol/plans/plan'
import { messageDigest } from '#protocol/session'
import { type Desk, type OpenedSession, openSession, requireNamed } from '#protocol/session-papers'
import { faultPoint } from '#runtime/fault-point'
import type { ConnectorDesk, PartSource } from '../desk.ts'
import { ConnectorError } from '../errors.ts'
import { readData } from '../execution/read-data.ts'
import type { CohortEntry, Spending } from '../ledger/holder-ledger.ts'
import { createSessionKeys } from '../session-keys.ts'
import { decidedEntries, refuse } from './decide.ts'

/**
 * Answers an invitation: checks every paper itself, judges by the holder's own policy, reserves
 * its own budget, and only then says which version of which data it will use and under which
 * controls. No row is read for it.
 */
export async function advertise(
  desk: ConnectorDesk,
  body: TaskBody<'advertise'>,
  invitation: string,
): Promise<TaskAnswer<'advertise'>> {
  const known = await desk.ledger.find(invitation)
  if (known !== undefined) return advertisedBefore(desk, invitation, known.advert)
  const papers = await desk.open()
  const session = await openSession(papers, body)
  requireNamed(session, invitation)
  const panels = ownPanels(desk, session)
  const judgement = await desk.judge(papers, session)
  if (judgement.effect === 'deny') return refuse(desk, session, judgement)
  const { policy, policies, controls, spends } = judgement
  using owned = new DisposableStack()
  const keys = await createSessionKeys(desk.random)
  owned.use(keys.mask.secret)
  const parts = await Promise.all(
    panels.map(async ({ part }) => ({
      part,
      dataset: await readData(() => sourceOf(desk, session, part).version()),
    })),
  )
  const statement: Advert = {
    type: 'baotu/advert@1',
    sid: session.session.sid,
    session: messageDigest(session.session),
    holder: desk.did,
    policy,
    controls,
    parts,
    maskKey: encodeBase64url(keys.mask.publicKey),
    padKey: keys.pad.jwk.x,
  }
  const advert = await desk.signer().sign(KINDS.advert.typ, statement)
  await reserve(desk, papers, session, {
    ...{ statement, advert, policies, spends, panels, invitation },
  })
  desk.keys.hold(invitation, keys, Date.parse(session.session.expiresAt))
  owned.move()
  return { advert }
}

/** The panels of a plan that this holder is asked for; each must be one that it holds. */
export function ownPanels(desk: ConnectorDesk, { plan }: OpenedSession): readonly Panel[] {
  const panels = plan.panels.filter(({ roster }) => roster.includes(desk.did))
  if (panels.length === 0)
    throw new ConnectorError('PART_NOT_HELD', 'nothing is asked of this holder')
  return panels
}

/** The source of a part, from the holder's own configuration. */
export function sourceOf(
  desk: ConnectorDesk,
  { product }: OpenedSession,
  part: string,
): PartSource {
  const source = desk.source(product.product, part)
  if (source !== undefined) return source
  throw new ConnectorError('PART_NOT_HELD', `this connector has no source for part \`${part}\``)
}

function advertisedBefore(desk: ConnectorDesk, invitation: string, advert: string) {
  if (desk.keys.get(invitation) !== undefined) return { advert }
  throw new ConnectorError(
    'SESSION_KEYS_LOST',
    'the keys of this session did not outlive a restart',
  )
}

interface Answer {
  readonly statement: Advert
  readonly advert: string
  readonly policies: readonly string[]
  readonly spends: readonly Spending[]
  readonly panels: readonly Panel[]
  readonly invitation: string
}

async function reserve(
  desk: ConnectorDesk,
  { directory }: Desk,
  { request, requestDigest, session, product, productDigest }: OpenedSession,
  { statement, advert, policies, spends, panels, invitation }: Answer,
): Promise<void> {
  const { policy, parts } = statement
  const cohorts = cohortsOf(product.product, parts, panels)
  const offers = parts.map(({ part, dataset }) => ({ product: productDigest, part, dataset }))
  faultPoint('connector.reservation.before-store')
  await desk.ledger.transaction(async (tx) => {
    const counters = await desk.ledger.reserve(tx, {
      invitation,
      sid: session.sid,
      request: requestDigest,
      contract: request.contract.id,
      consumer: request.consumer,
      consumerGroup: directory.participant(request.consumer, 'consumer').consumerGroup ?? null,
      advert,
      at: desk.now(),
      cohorts,
      spends,
    })
    const own = { actor: desk.did, session: session.sid }
    const ledger = await desk.seal(tx, 'LEDGER', { counters, cohorts: cohorts.map(sealedCohort) })
    await desk.evidence.appendAll(tx, [
      ...(await desk.offers.renew(tx, offers)),
      ...decidedEntries(own, requestDigest, { policy, policies }, { decision: 'PERMIT' }),
      { type: 'holder.reserved', ...own, ledger },
    ])
  })
  faultPoint('connector.reservation.after-store')
}

function cohortsOf(product: string, parts: Advert['parts'], panels: readonly Panel[]) {
  return panels.map((panel): CohortEntry => {
    const { groupBy, where, amounts, flags } = panel.question
    const dataset = parts.find(({ part }) => part === panel.part)?.dataset ?? ''
    const selects = { product, groupBy, where: where.map(asText) }
    return {
      part: panel.part,
      product,
      dataset,
      cohorts: digestOf('baotu/ledger/cohorts', JSON.parse(JSON.stringify(selects))),
      columns: [...amounts.map(({ column }) => column), ...flags],
    }
  })
}

function sealedCohort({ columns, ...cohort }: CohortEntry) {
  return { ...cohort, columns: [...columns] }
}

function asText(condition: object): object {
  return Object.fromEntries(
    Object.entries(condition).map(([key, value]) => [
      key,
      typeof value === 'bigint' ? `${value}` : value,
    ]),
  )
}
