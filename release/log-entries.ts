import type { EntryDraft } from '#evidence/entry'
import { inEntries } from '#evidence/in-entries'
import type { Release } from '#protocol/messages/session'
import type { AgreedSession } from '#protocol/session-papers'

/** What this authority's log is told of a transcript; a long roster in several entries. */
export function transcriptEntries(
  actor: string,
  { requestDigest: request, session, transcript, transcriptDigest, adverts }: AgreedSession,
): EntryDraft<'session.transcript'>[] {
  return inEntries(adverts.map(({ holder }) => holder)).map((holders) => ({
    type: 'session.transcript',
    actor,
    request,
    session: session.sid,
    transcript: transcriptDigest,
    directory: transcript.directory.digest,
    holders,
  }))
}

/** What it is told of a release; inputs that one entry does not take come before it. */
export function releaseEntries(
  actor: string,
  { transcript, inputs, result, audit, verdicts }: Release,
  opened: { readonly program: string; readonly sum: string },
): EntryDraft<'release.inputs' | 'release.sealed'>[] {
  const [first = [], ...more] = inEntries(inputs)
  const rest = more.map((part) => {
    return { type: 'release.inputs' as const, actor, transcript, inputs: part }
  })
  const sealed = { transcript, inputs: first, ...opened, result, audit, verdicts }
  return [...rest, { type: 'release.sealed', actor, ...sealed }]
}
