import { DirectoryDocument } from './messages/directory.ts'
import { QueryRequest } from './messages/query.ts'
import * as session from './messages/session.ts'
import type { MessageKind } from './signed.ts'

/** Every kind of signed message with its JWS `typ`; a signature of one kind is none of another. */
export const KINDS = {
  directory: kind('baotu-directory+jws', DirectoryDocument),
  request: kind('baotu-request+jws', QueryRequest),
  invitation: kind('baotu-invitation+jws', session.Invitation),
  session: kind('baotu-session+jws', session.SessionOpening),
  advert: kind('baotu-advert+jws', session.Advert),
  consumerConfirmation: kind('baotu-consumer-confirmation+jws', session.ConsumerConfirmation),
  releaseConfirmation: kind('baotu-release-confirmation+jws', session.ReleaseConfirmation),
  submission: kind('baotu-submission+jws', session.Submission),
  release: kind('baotu-release+jws', session.Release),
  void: kind('baotu-void+jws', session.SessionVoid),
  acknowledgement: kind('baotu-acknowledgement+jws', session.Acknowledgement),
} as const

function kind<const S>(typ: string, schema: S): { readonly typ: string; readonly schema: S } {
  return { typ, schema }
}

export type AnyKind = (typeof KINDS)[keyof typeof KINDS] & MessageKind<never>
