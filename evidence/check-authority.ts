/** Contract, grants, consents and policies: was each in force when the request was decided? */
import {
  type Defect,
  disagrees,
  isBefore,
  latestBefore,
  missing,
  mustPrecede,
  notInForce,
} from './defect.ts'
import type { Recorded } from './entry-index.ts'
import type { Lineage } from './lineage.ts'
import type { PolicyTenure } from './tenure.ts'

type Decided = Recorded<'request.decided'>
type Contract = NonNullable<Lineage['contract']>
type Grant = Lineage['grants'][number]
type Consent = Lineage['consents'][number]

/** Everything that the decision rests on. */
export function* checkAuthority(lineage: Lineage, decided: Decided): Generator<Defect> {
  const { contract, products, holders, grants, consents, policies, received } = lineage
  if (contract) yield* contractDefects(contract, decided, received)
  if (holders.length + products.length === 0) yield missing(decided, 'product.published', 'product')
  if (grants.length === 0) yield missing(decided, 'grant.issued', 'grant')
  for (const grant of grants) yield* grantDefects(grant, decided)
  if (decided.entry.cohort === 'SINGLE' && consents.length === 0) {
    yield missing(decided, 'consent.issued')
  }
  for (const consent of consents) yield* consentDefects(consent, decided, received)
  if (policies.length === 0) yield missing(decided, 'policy.enabled', 'policy')
  for (const policy of policies) yield* policyDefects(policy, decided)
}

function* contractDefects(
  { issued, events }: Contract,
  decided: Decided,
  received: Lineage['received'],
): Generator<Defect> {
  if (issued === undefined) return yield missing(decided, 'contract.filed', 'contract')
  yield* mustPrecede(issued, decided)
  const ended = events.find(({ entry }) => entry.type === 'contract.terminated')
  if (ended && isBefore(ended, decided)) yield notInForce(ended, 'terminated before the decision')
  const signers = events.flatMap(({ entry }) =>
    entry.type === 'contract.signed' ? [entry.party] : [],
  )
  const { provider, consumer } = issued.entry
  if (!signers.includes(provider) || !signers.includes(consumer)) {
    yield missing(issued, 'contract.signed by each party')
  }
  if (received && received.entry.consumer !== consumer) {
    yield disagrees(decided, 'the consumer is not a party of the contract')
  }
}

function* grantDefects({ issued, events }: Grant, decided: Decided): Generator<Defect> {
  if (issued === undefined) return yield missing(decided, 'grant.issued')
  yield* mustPrecede(issued, decided)
  yield* termDefects(issued, decided)
  const { kind, issuers } = issued.entry
  if (kind === 'DOMAIN' && new Set(issuers).size < 2) {
    yield notInForce(issued, 'a domain grant needs the data provider and the bureau')
  }
  const revoked = events.filter(({ entry }) => entry.type === 'grant.revoked')
  const last = latestBefore(revoked, decided) ?? latestBefore(events, decided)
  if (last && last.entry.type !== 'grant.resumed') yield notInForce(last, last.entry.type)
}

function* consentDefects(
  { issued, events }: Consent,
  decided: Decided,
  received: Lineage['received'],
): Generator<Defect> {
  if (issued === undefined) return yield missing(decided, 'consent.issued')
  yield* mustPrecede(issued, decided)
  yield* termDefects(issued, decided)
  const { grantee, uses } = issued.entry
  if (received && grantee !== received.entry.consumer) {
    yield disagrees(decided, 'consent was given to another')
  }
  const revoked = latestBefore(
    events.filter(({ entry }) => entry.type === 'consent.revoked'),
    decided,
  )
  if (revoked) yield notInForce(revoked, 'revoked before the decision')
  const used = events.flatMap(({ entry, index }) =>
    entry.type === 'consent.used' ? [{ ...entry, index }] : [],
  )
  if (!used.some(({ request }) => request === decided.entry.request)) {
    yield missing(decided, 'consent.used')
  }
  const rank = used
    .toSorted((a, b) => a.index - b.index)
    .findIndex(({ request }) => request === decided.entry.request)
  if (rank >= uses) yield notInForce(decided, `consent was for ${uses} uses`)
}

/** Was it in force when `decided` was written, in the log of who decided? */
export function* policyDefects(
  { issued, events }: PolicyTenure,
  decided: Recorded,
): Generator<Defect> {
  if (issued === undefined) return yield missing(decided, 'policy.enabled', 'policy')
  yield* mustPrecede(issued, decided)
  const disabled = latestBefore(events, decided)
  if (disabled && isBefore(issued, disabled))
    yield notInForce(disabled, 'disabled before the decision')
}

function* termDefects(
  issued: Recorded<'grant.issued'> | Recorded<'consent.issued'>,
  decided: Decided,
): Generator<Defect> {
  const { from, until } = issued.entry
  if (decided.entry.at < from || decided.entry.at > until) {
    yield notInForce(issued, 'outside its term')
  }
}
