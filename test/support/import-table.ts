/** Who may import what of ours, after docs/architecture.md: folders are trust domains. */
export interface FolderRule {
  /** Other folders of ours that its modules may name and, through them, load. */
  readonly folders: readonly string[]
  /** Files of crypto/ that its modules may name, without extension; `x/*` is a folder. */
  readonly crypto: readonly string[]
  /** Files of crypto/ that no module of it may load, however indirectly. */
  readonly never: readonly string[]
}

/** What is no capability: types, encodings, error codes, the system's random bytes. */
export const CRYPTO_GROUND = ['json-value', 'errors', 'base64url', 'random']

/** What all parties stand on. */
const GROUND = ['protocol', 'policies', 'evidence', 'runtime', 'party']
const SECRETS_OF_K = ['he/keys', 'he/decrypt']
const HOLDER_KEYS = ['masks', 'pads', 'oprf']

/** One row a folder. A folder that is not here fails the build. */
export const IMPORT_TABLE: Readonly<Record<string, FolderRule>> = {
  crypto: { folders: [], crypto: ['*'], never: [] },
  runtime: { folders: [], crypto: ['secret', 'digest'], never: ['sign/*', 'he/*', ...HOLDER_KEYS] },
  policies: {
    folders: [],
    crypto: ['digest'],
    never: ['sign/*', 'he/*', 'secret', ...HOLDER_KEYS],
  },
  protocol: {
    folders: ['policies'],
    crypto: ['digest', 'he/parameters'],
    never: [...SECRETS_OF_K, ...HOLDER_KEYS],
  },
  evidence: {
    folders: ['protocol', 'runtime', 'policies'],
    crypto: ['digest', 'merkle', 'sign/*', 'secret'],
    never: ['he/encrypt', ...SECRETS_OF_K, ...HOLDER_KEYS],
  },
  party: {
    folders: ['protocol', 'policies', 'evidence', 'runtime'],
    crypto: ['digest', 'sign/*', 'envelope', 'secret'],
    never: ['he/encrypt', ...SECRETS_OF_K, ...HOLDER_KEYS],
  },
  gateway: {
    folders: GROUND,
    crypto: [
      ...['digest', 'merkle', 'sign/*', 'envelope', 'join', 'secret'],
      ...['he/parameters', 'he/wire', 'he/evaluate', 'he/pool'],
    ],
    never: ['he/encrypt', ...SECRETS_OF_K, ...HOLDER_KEYS],
  },
  connectors: {
    folders: GROUND,
    crypto: [
      ...['digest', 'sign/*', 'envelope', 'secret', 'masks', 'pads', 'noise', 'oprf', 'join'],
      ...['curve/*', 'he/parameters', 'he/wire', 'he/encrypt', 'he/evaluate', 'he/pool'],
      ...['he/encrypt-cell', 'he/encrypt-cells'],
    ],
    never: SECRETS_OF_K,
  },
  release: {
    folders: GROUND,
    crypto: ['digest', 'sign/*', 'envelope', 'secret', 'he/*'],
    never: HOLDER_KEYS,
  },
  authority: {
    folders: GROUND,
    crypto: ['digest', 'sign/*', 'envelope', 'secret', 'oprf', 'curve/*'],
    never: ['he/encrypt', ...SECRETS_OF_K, 'masks', 'pads'],
  },
  sdk: {
    folders: GROUND,
    crypto: [
      ...['digest', 'merkle', 'sign/*', 'envelope', 'secret', 'pads', 'oprf'],
      ...['he/parameters', 'he/wire', 'he/encrypt', 'he/share'],
    ],
    never: [...SECRETS_OF_K, 'masks'],
  },
  cli: {
    folders: [...GROUND, 'sdk'],
    // An auditor replays sums of ciphertexts; nobody needs a key for that.
    crypto: [
      ...['digest', 'merkle', 'sign/*', 'envelope', 'secret'],
      ...['he/parameters', 'he/wire', 'he/evaluate'],
    ],
    never: [...SECRETS_OF_K, 'masks'],
  },
  console: {
    folders: ['protocol', 'policies', 'runtime'],
    crypto: ['digest'],
    never: ['he/encrypt', ...SECRETS_OF_K, ...HOLDER_KEYS],
  },
  examples: {
    folders: [...GROUND, 'sdk', 'cli', 'tools'],
    crypto: ['digest', 'sign/*', 'envelope', 'secret'],
    never: SECRETS_OF_K,
  },
  tools: {
    folders: [...GROUND, 'sdk', 'cli', 'gateway', 'authority'],
    crypto: ['digest'],
    never: [],
  },
  bench: { folders: ['*'], crypto: ['*'], never: [] },
  test: { folders: ['*'], crypto: ['*'], never: [] },
}

/** Packages that one folder alone may name: a leak of the capability is a leak of the package. */
export const PACKAGE_OWNERS: Readonly<Record<string, readonly string[]>> = {
  'node-seal': ['crypto/he', 'bench'],
  '@duckdb/node-api': ['connectors/sources', 'connectors/mapping', 'examples', 'tools', 'bench'],
}

/** Modules at the top level or outside of every folder that are no part of any process. */
export const OUTSIDE_THE_TABLE: readonly string[] = ['scripts']
