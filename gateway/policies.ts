import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Kysely } from 'kysely'
import { policyEntries } from '#party/announce-policies'
import { compile, type Snapshot } from '#policies/compile'
import { loadPolicy } from '#policies/load'
import { faultPoint } from '#runtime/fault-point'
import { GatewayError } from './gateway-error.ts'
import type { Journal } from './journal.ts'
import type { GatewayDatabase } from './store/schema.ts'

/**
 * Loads policies from files, or from every `.json` file of a folder, and compiles them. Refuses
 * with `POLICY_FILE_REFUSED`, which names the file, as soon as one of them cannot be read: a
 * gateway never runs with a part of its policies.
 */
export async function loadPolicies(paths: string | readonly string[]): Promise<Snapshot> {
  const files = typeof paths === 'string' ? await filesOf(paths) : paths
  if (files.length === 0) throw refused(String(paths), 'no policy file')
  const policies = await Promise.all(files.map(loadFile))
  return compile(policies)
}

/**
 * Tells the log which policies are in force from now on and which are no longer, in the order in
 * which it happened: before the first decision by them.
 */
export async function announcePolicies(
  db: Kysely<GatewayDatabase>,
  { journal, spaceId, did }: { journal: Journal; spaceId: string; did: string },
  snapshot: Snapshot,
): Promise<void> {
  faultPoint('gateway.policies.before-store')
  await db.transaction().execute(async (tx) => {
    await journal.appendAll(tx, await policyEntries(tx, { spaceId, did }, snapshot))
  })
  faultPoint('gateway.policies.after-store')
}

async function filesOf(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw refused(folder, 'no such folder', cause)
  })
  return names
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => path.join(folder, name))
}

async function loadFile(file: string) {
  try {
    return loadPolicy(await readFile(file, 'utf8'))
  } catch (cause) {
    throw refused(file, cause instanceof Error ? cause.message : 'unreadable', cause)
  }
}

function refused(file: string, reason: string, cause?: unknown): GatewayError {
  return new GatewayError('POLICY_FILE_REFUSED', `${file}: ${reason}`, { cause })
}
