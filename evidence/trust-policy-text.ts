export interface ListedWitness {
  /** Its name in the policy, without spaces. */
  readonly name: string
  readonly vkey: string
}

/** How many of the listed witnesses must have cosigned; none is a policy too. */
export type Quorum = 'none' | 'any' | 'all' | number

/** A C2SP tlog-policy of these logs and witnesses, all in one group; `parseTrustPolicy` reads it. */
export function trustPolicyText(
  logs: readonly string[],
  witnesses: readonly ListedWitness[] = [],
  quorum: Quorum = 'none',
): string {
  const names = witnesses.map(({ name }) => name).join(' ')
  const lines = [
    ...logs.map((vkey) => `log ${vkey}`),
    ...witnesses.map(({ name, vkey }) => `witness ${name} ${vkey}`),
    ...(quorum === 'none' ? [] : [`group witnesses ${quorum} ${names}`]),
    `quorum ${quorum === 'none' ? 'none' : 'witnesses'}`,
  ]
  return `${lines.join('\n')}\n`
}
