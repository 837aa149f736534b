/**
 * What each entry type holds: the one table that writers, readers and the verifier share. An entry
 * never holds a value, an identifier of an enterprise or a literal: only digests (salted where the
 * digested thing can be guessed), participants' DIDs, codes, counts and times. Plain data, no
 * dependency: the offline verifier reads it on a machine with nothing else.
 *
 * Kinds: digest, digests (at most 800), salted (a digest whose salt stays with the party that made
 * it), tag (a subject's keyed tag, see subject-tag), did, dids, code, count, time (ms). A `?` marks
 * a field that may be absent.
 */
export const ENTRY_FIELDS = {
  // One query, from question to proof: the gateway's log.
  'request.received': {
    request: 'digest',
    consumer: 'did',
    contract: 'digest',
    reference: 'salted',
  },
  'request.decided': {
    request: 'digest',
    decision: 'code',
    policies: 'digests',
    snapshot: 'digest?',
    contract: 'digest',
    grants: 'digests',
    consents: 'digests',
    cohort: 'code',
    reason: 'salted?',
  },
  'budget.reserved': { request: 'digest', budget: 'digest', units: 'count' },
  'plan.made': { request: 'digest', plan: 'digest', product: 'digest', holders: 'dids' },
  'session.opened': { request: 'digest', plan: 'digest', session: 'digest', release: 'did' },
  'session.transcript': {
    request: 'digest',
    session: 'digest',
    transcript: 'digest',
    directory: 'digest',
    holders: 'dids',
  },
  'session.void': { session: 'digest', transcript: 'digest?', reason: 'code' },
  'input.submitted': {
    transcript: 'digest',
    holder: 'did',
    submission: 'digest',
    ciphertexts: 'digests',
  },
  'release.inputs': { transcript: 'digest', inputs: 'digests' },
  // Gate and seal are one step: its verdicts stand here and nowhere else.
  'release.sealed': {
    transcript: 'digest',
    inputs: 'digests',
    program: 'digest',
    sum: 'digest?',
    result: 'digest',
    audit: 'digest',
    verdicts: 'salted',
  },
  // By a release (`transcript`) or by a sandbox job (`job`): one of the two.
  'result.delivered': {
    request: 'digest',
    transcript: 'digest?',
    job: 'digest?',
    result: 'digest',
    recipient: 'did',
    watermark: 'digest',
  },
  'result.acknowledged': { result: 'digest', recipient: 'did', acknowledgement: 'digest' },
  'meter.counted': { request: 'digest', result: 'digest', units: 'count', purpose: 'code' },

  // A holder's own log.
  'holder.decided': {
    session: 'digest',
    request: 'digest',
    policy: 'digest',
    policies: 'digests',
    decision: 'code',
    reason: 'salted?',
  },
  'holder.reserved': { session: 'digest', ledger: 'salted' },
  'holder.checked': { transcript: 'digest', verdicts: 'salted' },
  'holder.submitted': { transcript: 'digest', submission: 'digest', datasets: 'digests' },
  'holder.voided': { session: 'digest', transcript: 'digest?', reason: 'code' },
  'holder.sampled': { transcript: 'digest', auditor: 'did', outcome: 'code' },

  // Contracts, data, grants, consents, policies: the control plane.
  'contract.created': { contract: 'digest', provider: 'did', consumer: 'did', product: 'digest' },
  'contract.negotiated': { contract: 'digest', previous: 'digest', party: 'did' },
  'contract.signed': { contract: 'digest', party: 'did', signature: 'digest' },
  'contract.filed': { contract: 'digest', provider: 'did', consumer: 'did', product: 'digest' },
  'contract.terminated': { contract: 'digest', reason: 'code', disposition: 'code' },
  'dataset.registered': { dataset: 'digest', holder: 'did', certificate: 'digest?' },
  'product.published': { product: 'digest', holder: 'did', datasets: 'digests', review: 'digest?' },
  'product.withdrawn': { product: 'digest', reason: 'code' },
  'product.applied': { product: 'digest', applicant: 'did', application: 'digest' },
  // One subject's data was looked up: a use of many subjects' data is its plan and its meter.
  'product.used': { product: 'digest', consumer: 'did', request: 'digest', subject: 'tag?' },
  'grant.issued': {
    grant: 'digest',
    kind: 'code',
    issuers: 'dids',
    operator: 'did',
    panel: 'digest',
    from: 'time',
    until: 'time',
  },
  'grant.suspended': { grant: 'digest', reason: 'code' },
  'grant.resumed': { grant: 'digest' },
  'grant.revoked': { grant: 'digest', reason: 'code' },
  'consent.issued': {
    consent: 'salted',
    grantee: 'did',
    scenario: 'code',
    subject: 'tag',
    from: 'time',
    until: 'time',
    uses: 'count',
  },
  'consent.used': { consent: 'salted', request: 'digest', subject: 'tag' },
  'consent.revoked': { consent: 'salted', subject: 'tag' },
  'policy.published': { policy: 'digest', owner: 'did', previous: 'digest?' },
  'policy.enabled': { policy: 'digest', approver: 'did' },
  'policy.disabled': { policy: 'digest', reason: 'code' },
  'review.decided': { reviewed: 'digest', reviewer: 'did', outcome: 'code' },
  'disclosure.judged': { request: 'digest', program: 'digest', verdict: 'salted' },
  'job.registered': { job: 'digest', engine: 'digest', manifest: 'digest', owner: 'did' },
  'job.started': { job: 'digest', engine: 'digest', request: 'digest', inputs: 'digests' },
  'job.finished': { job: 'digest', request: 'digest', output: 'digest', fuel: 'count' },
  'directory.published': { directory: 'digest', serial: 'count' },
  'key.rotated': { previous: 'digest', next: 'digest' },

  // The evidence about evidence.
  'view.split': { log: 'digest', first: 'digest', second: 'digest' },
  'view.settled': { log: 'digest', kept: 'digest', dropped: 'digest' },
  'anchor.placed': { chain: 'code', log: 'digest', checkpoint: 'digest', proof: 'digest' },
  'evidence.disclosed': { recipient: 'did', role: 'code', openings: 'count', bundle: 'digest' },
  'evidence.erased': { openings: 'count', before: 'time' },
} as const satisfies Readonly<Record<string, Readonly<Record<string, FieldKind>>>>

type Kind = 'digest' | 'digests' | 'salted' | 'tag' | 'did' | 'dids' | 'code' | 'count' | 'time'
export type FieldKind = Kind | `${Kind}?`

export type EntryType = keyof typeof ENTRY_FIELDS
