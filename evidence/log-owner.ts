/** The origin of a party's log: its host and the space. */
export function logName(did: string, spaceId: string): string {
  return `${did.replace(/^did:web:/, '')}/${spaceId}`
}

/** True when the log of that origin is this party's own: an actor is proved by whose log it is. */
export function isLogOf(origin: string, did: string): boolean {
  return origin.startsWith(logName(did, ''))
}
