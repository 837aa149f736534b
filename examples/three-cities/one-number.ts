import pg from 'pg'
import { DATABASE_URL_FILE } from '#cli/space/configurations'
import { open } from '#crypto/envelope'
import { decodeAuditCopy } from '#protocol/audit-copy'
import { COEFFICIENTS, placeOf } from '#protocol/plans/layout'
import { auditContext } from '#protocol/sealing'
import { messageDigest } from '#protocol/session'
import { readSecret, secretText } from '#runtime/secret-source'
import type { Answered } from '#sdk/ask'
import type { Consumer } from '#sdk/consumer'

/** One released sum as three parties have it. */
export interface OneNumber {
  /** Index of the group in the answer. */
  readonly group: number
  /** At the gateway: one of the ciphertexts that the sum travelled in. */
  readonly ciphertext: Uint8Array
  /** At the release authority: the padded words, residues modulo 2^50. */
  readonly padded: readonly bigint[]
  /** At the bank. */
  readonly sum: bigint
}

/** Whose eyes the number is looked at through: the auditor's keys and the gateway's own folder. */
export interface Eyes {
  readonly auditor: Consumer
  readonly gatewayFolder: string
}

/**
 * Looks at the first released sum of an answer through everybody's eyes. What the release authority
 * decrypted is not asked of it: it is read from the audit copy, which it sealed to the auditor.
 */
export async function oneNumber(answered: Answered, eyes: Eyes): Promise<OneNumber | undefined> {
  const { groups } = answered.answer
  const group = groups.findIndex(({ figures }) => figures !== undefined)
  const figure = groups[group]?.figures?.find((each) => each.function === 'sum')
  if (figure === undefined) return undefined
  return {
    group,
    ciphertext: await storedCiphertext(answered, eyes.gatewayFolder),
    padded: await paddedWords(answered, group, eyes.auditor),
    sum: figure.sum,
  }
}

async function paddedWords(
  { session, release }: Answered,
  group: number,
  auditor: Consumer,
): Promise<readonly bigint[]> {
  const sealed = await auditor.party.link.getBlob(messageDigest(session.invitation), release.audit)
  const key = auditor.keys.opening(release.auditKey)
  if (key === undefined) throw new Error('the auditor no longer holds the key of this copy')
  const context = auditContext(session.transcriptDigest, auditor.did)
  const { panels } = decodeAuditCopy(session.plan, await open({ key, ...context }, sealed))
  const [panel] = session.plan.panels
  if (panel === undefined) return []
  const { ciphertext, values } = placeOf(panel.layout, group)
  const words = panels[0]?.[ciphertext] ?? new BigUint64Array(COEFFICIENTS)
  return [...words.subarray(values, values + (panel.limbs[0]?.sum ?? 0))]
}

// The operator of the machine looks into its own database; no address serves this to others.
async function storedCiphertext({ session }: Answered, folder: string): Promise<Uint8Array> {
  using url = await readSecret({ file: DATABASE_URL_FILE }, folder)
  const client = new pg.Client({ connectionString: secretText(url) })
  await client.connect()
  try {
    const { rows } = await client.query(
      `select bytes from session_blob where invitation = $1 and kind = 'ciphertext' order by digest limit 1`,
      [messageDigest(session.invitation)],
    )
    return rows[0]?.bytes ?? new Uint8Array()
  } finally {
    await client.end()
  }
}
