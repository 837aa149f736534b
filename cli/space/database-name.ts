import { digestBytes } from '#crypto/digest'
import { shortName } from './short-name.ts'

/**
 * The name of a party's database and role: lower-case letters, digits and underscores, at most 50,
 * readable, and never the same for two DIDs.
 */
export function databaseName(did: string, suffix = ''): string {
  const readable = shortName(did)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .slice(0, 28)
  const tag = digestBytes(new TextEncoder().encode(did)).slice(-8)
  return `p_${readable}_${tag}${suffix}`
}
