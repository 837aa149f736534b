import { Compile } from 'typebox/schema'
import type { EvidenceReader } from '#evidence/opening-store'
import { Did } from '#protocol/messages/primitives'
import { UsageError } from './command.ts'
import type { Space } from './space/load-space.ts'
import { bodiesOf } from './space/party-plan.ts'
import { findByName } from './space/short-name.ts'

const DID = Compile(Did)

/**
 * Whom an export is for: `public`, `auditor`, `regulator`, or one body of the space by DID or short
 * name, which is shown its own matters alone. A regulator or auditor that `recipient` does not name
 * is the space's auditor. Throws UsageError for nobody.
 */
export function readerOf(
  space: Space,
  wanted = 'public',
  recipient: string | undefined = undefined,
): EvidenceReader {
  const official = wanted === 'regulator' || wanted === 'auditor'
  if (recipient !== undefined && !(official && DID.Check(recipient))) {
    throw new UsageError('--recipient is the DID of the regulator or auditor that --for names')
  }
  const { did: auditor } = space.file.auditor
  if (wanted === 'public') return { role: 'PUBLIC', did: '' }
  if (wanted === 'regulator') return { role: 'REGULATOR', did: recipient ?? auditor }
  const dids = bodiesOf(space).map(({ did }) => did)
  const body = wanted === 'auditor' ? auditor : findByName(wanted, dids)
  if (body === undefined) {
    throw new UsageError('--for is public, auditor, regulator or one body of the space')
  }
  if (body === auditor) return { role: 'AUDITOR', did: recipient ?? auditor }
  return { role: 'PARTICIPANT', did: body }
}
