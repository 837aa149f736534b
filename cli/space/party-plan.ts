import type { Space } from './load-space.ts'
import type { SpaceHolder } from './space-file.ts'

/** One body of the space with what it does. */
export interface Body {
  readonly did: string
  readonly name: { readonly zh: string; readonly en: string }
  readonly role: 'authority' | 'gateway' | 'release' | 'auditor' | 'holder' | 'consumer'
  readonly kind: string
  readonly identityLevel: number
  readonly region: string
  readonly consumerGroup?: string
}

/** The roles that keep an evidence log of their own. */
export const LOGGING: readonly Body['role'][] = ['gateway', 'release', 'holder']

/** Everybody in the space, in the order of the file. */
export function bodiesOf({ file }: Space): Body[] {
  const official = (role: 'authority' | 'gateway' | 'release' | 'auditor', kind: string): Body => {
    const { did, name } = file[role]
    return { did, name, role, kind, identityLevel: 4, region: file.region }
  }
  return [
    official('authority', 'authority'),
    official('gateway', 'operator'),
    official('release', 'release-authority'),
    official('auditor', 'auditor'),
    ...file.holders.map(({ did, name, region }): Body => {
      return { did, name, role: 'holder', kind: 'bureau', identityLevel: 4, region }
    }),
    ...file.consumers.map((consumer): Body => ({ ...consumer, role: 'consumer' })),
  ]
}

/** The absolute paths of the policies that a holder judges by: its own, else those of the space. */
export function policiesOf(space: Space, holder: SpaceHolder): string[] {
  return (holder.policies ?? space.file.policies).map(space.resolve)
}
