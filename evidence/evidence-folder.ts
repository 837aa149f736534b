/**
 * The shape of exported evidence, one folder that can be copied anywhere:
 *
 *     policy                     whom to trust (C2SP tlog-policy)
 *     rules.json                 which links each result must have, and the participants' names
 *     logs/<origin hash>/        one log: checkpoint, tile/…, and
 *       cosigned                   its newest checkpoint with witnesses' lines
 *       seen/<any name>            checkpoints of this log that others hold
 *       anchors/<any name>         its anchored checkpoints with the chains' proofs
 *     receipts/<name>.tlog-proof receipts as their holders kept them
 *     openings.json              salts and values behind salted digests, for the reader's role
 *     ciphertexts/<digest>       stored inputs and sums, to replay a release
 *     manifest                   every file with its digest, signed by who made the folder
 */
import { hash } from 'node:crypto'

export const POLICY_FILE = 'policy'
export const RULES_FILE = 'rules.json'
export const MANIFEST_FILE = 'manifest'
export const OPENINGS_FILE = 'openings.json'
export const RECEIPTS_FOLDER = 'receipts'
export const CIPHERTEXTS_FOLDER = 'ciphertexts'

/** `logs/<SHA-256 of the origin, hex>`, as witnesses and mirrors name logs. */
export function logFolder(origin: string): string {
  return `logs/${hash('sha256', origin, 'hex')}`
}
