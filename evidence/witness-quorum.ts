/**
 * What a space demands of its logs (docs/decisions/0008): a majority of the peers for the
 * gateway's log, the gateway's word for every other. Peers only dial out and only to the gateway,
 * so nobody else can see theirs.
 */
import { type ListedWitness, trustPolicyText } from './trust-policy-text.ts'

/** How many of so many peers make a majority; two of them always overlap in one. */
export function majorityOf(peers: number): number {
  return Math.floor(peers / 2) + 1
}

/** The C2SP tlog-policy of a space. Names in it are the keys' own. */
export function spacePolicyText(
  logs: readonly string[],
  gateway: string,
  peers: readonly string[],
): string {
  const [own, ...others] = [gateway, ...peers].map(listed)
  if (own === undefined || others.length === 0) return trustPolicyText(logs)
  const names = others.map(({ name }) => name).join(' ')
  const lines = [
    ...logs.map((vkey) => `log ${vkey}`),
    ...[own, ...others].map(({ name, vkey }) => `witness ${name} ${vkey}`),
    `group peers ${majorityOf(others.length)} ${names}`,
    `group witnesses any ${own.name} peers`,
    'quorum witnesses',
  ]
  return `${lines.join('\n')}\n`
}

function listed(vkey: string): ListedWitness {
  return { name: vkey.split('+')[0] ?? '', vkey }
}
