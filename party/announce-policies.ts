import { type QueryExecutorProvider, sql } from 'kysely'
import type { EntryDraft } from '#evidence/entry'
import type { Snapshot } from '#policies/compile'
import type { Policy } from '#policies/policy'

type PolicyEntry = EntryDraft<'policy.published' | 'policy.enabled' | 'policy.disabled'>

interface Known {
  readonly digest: string
  /** The policy's own id; null where it was announced before ids were kept. */
  readonly policy: string | null
  readonly is_enabled: boolean
}

/**
 * What a party's log is to be told before its first decision by these policies, in the caller's
 * transaction: which are in force from now on, which no longer, and which of them the party itself
 * publishes, being their assigner. Told once: the table `known_policy` remembers it.
 */
export async function policyEntries(
  tx: QueryExecutorProvider,
  { spaceId, did }: { readonly spaceId: string; readonly did: string },
  snapshot: Snapshot,
): Promise<PolicyEntry[]> {
  await sql`select pg_advisory_xact_lock(hashtext(${`baotu policies ${spaceId}`}))`.execute(tx)
  const { rows: known } = await sql<Known>`select digest, policy, is_enabled from known_policy
    where space_id = ${spaceId}`.execute(tx)
  const now = [...snapshot.policies.values()].map(({ policy }) => policy)
  const enabled = new Set(known.flatMap((one) => (one.is_enabled ? [one.digest] : [])))
  const begun = now.filter(({ digest }) => !enabled.has(digest))
  const ended = enabled.difference(new Set<string>(now.map(({ digest }) => digest)))
  for (const { digest, id } of begun) await mark(tx, spaceId, { digest, id, isEnabled: true })
  for (const digest of ended) await mark(tx, spaceId, { digest, isEnabled: false })
  return [
    ...begun.filter(isOwnAndNew(did, known)).map((policy) => publishedEntry(did, policy, known)),
    ...begun.map(({ digest: policy }) => {
      return { type: 'policy.enabled' as const, actor: did, policy, approver: did }
    }),
    ...[...ended].map((policy) => {
      return { type: 'policy.disabled' as const, actor: did, policy, reason: 'NOT_CONFIGURED' }
    }),
  ]
}

function isOwnAndNew(did: string, known: readonly Known[]) {
  const told = new Set(known.map(({ digest }) => digest))
  return ({ assigner, digest }: Policy) => assigner === did && !told.has(digest)
}

// The version before is the one of the same id that was in force until now.
function publishedEntry(did: string, { id, digest }: Policy, known: readonly Known[]): PolicyEntry {
  const previous = known.find(({ policy, is_enabled }) => policy === id && is_enabled)?.digest
  const own = { type: 'policy.published' as const, actor: did, policy: digest, owner: did }
  return previous === undefined ? own : { ...own, previous }
}

async function mark(
  tx: QueryExecutorProvider,
  spaceId: string,
  { digest, id, isEnabled }: { digest: string; id?: string; isEnabled: boolean },
): Promise<void> {
  await sql`insert into known_policy (space_id, digest, policy, is_enabled)
    values (${spaceId}, ${digest}, ${id ?? null}, ${isEnabled})
    on conflict (space_id, digest) do update set is_enabled = excluded.is_enabled,
      policy = coalesce(excluded.policy, known_policy.policy)`.execute(tx)
}
