const PREFIX = 'did:web:'

/** What people type and folders are called: the DID without its method. */
export function shortName(did: string): string {
  return did.startsWith(PREFIX) ? did.slice(PREFIX.length).replaceAll(':', '_') : did
}

/**
 * The one DID that `word` means: the DID itself, its short name, or the beginning of the short
 * name up to a dot (`qilu-bank` for `did:web:qilu-bank.example`). `undefined` where none or more
 * than one fits, so that nobody is ever acted for by guess.
 */
export function findByName(word: string, dids: readonly string[]): string | undefined {
  const exact = dids.find((did) => did === word || shortName(did) === word)
  if (exact !== undefined) return exact
  const fitting = dids.filter((did) => shortName(did).startsWith(`${word}.`))
  return fitting.length === 1 ? fitting[0] : undefined
}
