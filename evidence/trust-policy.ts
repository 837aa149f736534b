/**
 * Whom a relying party trusts (C2SP tlog-policy): the logs and witnesses by key, and how many
 * witnesses must have cosigned. The file comes from the relying party's own hand; a policy found
 * inside the evidence proves only that the evidence agrees with itself. Node only.
 */
import { EvidenceError } from './evidence-error.ts'
import { type NoteVerifier, parseVerifierKey } from './note-key.ts'

export interface TrustPolicy {
  readonly logs: readonly NoteVerifier[]
  readonly witnesses: readonly NoteVerifier[]
  /** True when cosignatures of these witnesses (by vkey) are enough. */
  isQuorum(cosigned: ReadonlySet<string>): boolean
}

type Member = (cosigned: ReadonlySet<string>) => boolean

const MAX_LINES = 1000

/** Refuses with TRUST_POLICY_MALFORMED, naming the line, whatever the format does not allow. */
export function parseTrustPolicy(text: string): TrustPolicy {
  const lines = text.split('\n')
  if (lines.length > MAX_LINES) malformed(MAX_LINES, 'too many lines')
  const parser = new PolicyParser()
  for (const [at, line] of lines.entries()) parser.line(at + 1, line)
  return parser.finish(lines.length)
}

class PolicyParser {
  readonly #logs: NoteVerifier[] = []
  readonly #witnesses: NoteVerifier[] = []
  readonly #members = new Map<string, Member>()
  readonly #used = new Set<string>()
  #quorum: Member | undefined

  line(at: number, line: string): void {
    if (/[^\t\x20-\x7e\u0080-\uffff]/.test(line)) malformed(at, 'control character')
    const [keyword, ...words] = line.split(/[ \t]+/).filter((word) => word !== '')
    if (keyword === undefined || keyword.startsWith('#')) return
    if (keyword === 'log') this.#log(at, words)
    else if (keyword === 'witness') this.#witness(at, words)
    else if (keyword === 'group') this.#group(at, words)
    else if (keyword === 'quorum') this.#setQuorum(at, words)
    else malformed(at, 'unknown keyword')
  }

  finish(at: number): TrustPolicy {
    const isQuorum = this.#quorum ?? malformed(at, 'no quorum line')
    return { logs: this.#logs, witnesses: this.#witnesses, isQuorum }
  }

  #log(at: number, [vkey, , ...more]: readonly string[]): void {
    const key = readKey(at, vkey, more)
    if (key.kind !== 'ed25519') malformed(at, 'a log needs an Ed25519 note key')
    this.#logs.push(unique(at, this.#logs, key))
  }

  #witness(at: number, [name, vkey, , ...more]: readonly string[]): void {
    const key = readKey(at, vkey, more)
    if (!key.kind.endsWith('cosignature')) malformed(at, 'a witness needs a cosignature key')
    this.#witnesses.push(unique(at, this.#witnesses, key))
    this.#define(at, name, (cosigned) => cosigned.has(key.vkey))
  }

  #group(at: number, [name, threshold, ...names]: readonly string[]): void {
    const members = names.map((member) => this.#take(at, member))
    const needed = thresholdOf(at, threshold, members.length)
    this.#define(at, name, (cosigned) => {
      return members.filter((isMet) => isMet(cosigned)).length >= needed
    })
  }

  #setQuorum(at: number, [name = '', ...more]: readonly string[]): void {
    if (this.#quorum || more.length > 0) malformed(at, 'exactly one quorum, of one name')
    const member = name === 'none' ? () => true : this.#members.get(name)
    this.#quorum = member ?? malformed(at, 'quorum of an undefined name')
  }

  #take(at: number, name: string): Member {
    const member = this.#members.get(name)
    if (member === undefined || this.#used.has(name))
      malformed(at, 'member undefined or used twice')
    this.#used.add(name)
    return member
  }

  #define(at: number, name: string | undefined, member: Member): void {
    if (!name || name === 'none' || this.#members.has(name)) malformed(at, 'name missing or taken')
    this.#members.set(name, member)
  }
}

function readKey(at: number, vkey: string | undefined, more: readonly string[]): NoteVerifier {
  if (vkey === undefined || more.length > 0) malformed(at, 'a key and at most a URL')
  try {
    return parseVerifierKey(vkey)
  } catch (cause) {
    return malformed(at, 'key', { cause })
  }
}

// Keys are duplicates when they wrap the same public key, whatever their names.
function unique(at: number, known: readonly NoteVerifier[], key: NoteVerifier): NoteVerifier {
  if (known.some((other) => Buffer.compare(other.publicKey, key.publicKey) === 0)) {
    malformed(at, 'duplicate key')
  }
  return key
}

function thresholdOf(at: number, text: string | undefined, members: number): number {
  if (members === 0) malformed(at, 'a group without members')
  if (text === 'all') return members
  if (text === 'any') return 1
  const needed = /^[1-9][0-9]{0,2}$/.test(text ?? '') ? Number(text) : 0
  if (needed < 1 || needed > members) malformed(at, 'threshold')
  return needed
}

function malformed(line: number, detail: string, options?: ErrorOptions): never {
  throw new EvidenceError('TRUST_POLICY_MALFORMED', `line ${line}: ${detail}`, options)
}
