import { createHash } from 'node:crypto'

/** A value planted among a holder's rows that must never be seen anywhere else. */
export interface Canary {
  readonly name: string
  /** As it stands in the row: an identifier, or the decimal digits of an amount in fen. */
  readonly text: string
}

/** One way in which a canary can travel. */
export interface CanaryForm {
  /** `<canary>/<form>`: what a finding is called. Never the value itself. */
  readonly name: string
  readonly bytes: Buffer
}

const AMOUNT = /^\d{11,18}$/

/**
 * Every form in which a value may leak: digits, with thousands marks, as yuan, in hexadecimal,
 * base64 at each of its three alignments, UTF-16, little- and big-endian 64-bit, SHA-256 and SM3
 * of the digits. An amount needs 11 digits or more, so that its bytes are no accident.
 */
export function canaryForms({ name, text }: Canary): CanaryForm[] {
  const isAmount = AMOUNT.test(text)
  if (/^\d+$/.test(text) && !isAmount) throw new RangeError(`canary ${name} has 11 to 18 digits`)
  const spelt = isAmount ? amountTexts(BigInt(text)) : { raw: text }
  const forms = [
    ...Object.entries(spelt).flatMap(([form, value]) => textForms(form, value)),
    ...(isAmount ? wordForms(BigInt(text)) : []),
    ...digestForms(text),
  ]
  return forms.map(([form, bytes]) => ({ name: `${name}/${form}`, bytes }))
}

/** The names of all forms that occur in `haystack`, each once, in one pass over it. */
export function findCanaries(haystack: Uint8Array, forms: readonly CanaryForm[]): string[] {
  const { byteLength: length } = haystack
  const { pairs, quads } = indexOfForms(forms)
  const found = new Set<string>()
  for (let at = 0; at + 4 <= length; at += 1) {
    const low = (haystack[at] ?? 0) | ((haystack[at + 1] ?? 0) << 8)
    if (pairs[low] === 0) continue
    const high = (haystack[at + 2] ?? 0) | ((haystack[at + 3] ?? 0) << 8)
    for (const { name, bytes } of quads.get(low + high * 65_536) ?? []) {
      if (standsAt(haystack, at, bytes)) found.add(name)
    }
  }
  return forms.filter(({ name }) => found.has(name)).map(({ name }) => name)
}

interface FormIndex {
  /** 1 where a form begins with these two bytes. */
  readonly pairs: Uint8Array
  /** Forms by their first four bytes. */
  readonly quads: ReadonlyMap<number, readonly CanaryForm[]>
}

const indexes = new WeakMap<readonly CanaryForm[], FormIndex>()

function indexOfForms(forms: readonly CanaryForm[]): FormIndex {
  const known = indexes.get(forms)
  if (known !== undefined) return known
  const quads = Map.groupBy(forms, ({ bytes }) => bytes.readUInt32LE(0))
  const pairs = new Uint8Array(65_536)
  for (const quad of quads.keys()) pairs[quad % 65_536] = 1
  const made = { pairs, quads }
  indexes.set(forms, made)
  return made
}

function standsAt(haystack: Uint8Array, at: number, bytes: Uint8Array): boolean {
  for (let index = 0; index < bytes.length; index += 1) {
    if (haystack[at + index] !== bytes[index]) return false
  }
  return true
}

type Form = readonly [name: string, bytes: Buffer]

function amountTexts(fen: bigint): Record<string, string> {
  const yuan = `${fen / 100n}.${(fen % 100n).toString().padStart(2, '0')}`
  return {
    raw: `${fen}`,
    'raw-marked': marked(`${fen}`),
    yuan,
    'yuan-marked': marked(`${fen / 100n}`) + yuan.slice(-3),
    'hex-number': fen.toString(16),
    'hex-number-upper': fen.toString(16).toUpperCase(),
  }
}

function marked(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ',')
}

function textForms(form: string, text: string): Form[] {
  const bytes = Buffer.from(text)
  const utf16 = Buffer.from(text, 'utf16le')
  return [
    [form, bytes],
    [`${form}-utf16le`, utf16],
    [`${form}-utf16be`, Buffer.from(utf16).swap16()],
    [`${form}-hex`, Buffer.from(bytes.toString('hex'))],
    [`${form}-hex-upper`, Buffer.from(bytes.toString('hex').toUpperCase())],
    ...base64Forms(form, bytes),
  ]
}

// What is left of a base64 text at each alignment after cutting what its neighbours decide.
function base64Forms(form: string, bytes: Buffer): Form[] {
  return [0, 1, 2].flatMap((before): Form[] => {
    const padded = Buffer.concat([Buffer.alloc(before), bytes])
    const whole = padded.subarray(0, padded.length - (padded.length % 3))
    const kept = whole.toString('base64').slice(before === 0 ? 0 : before + 1)
    const url = kept.replaceAll('+', '-').replaceAll('/', '_')
    const plain: Form = [`${form}-base64-${before}`, Buffer.from(kept)]
    return url === kept ? [plain] : [plain, [`${form}-base64url-${before}`, Buffer.from(url)]]
  })
}

function wordForms(amount: bigint): Form[] {
  const [little, big] = [Buffer.alloc(8), Buffer.alloc(8)]
  little.writeBigInt64LE(amount)
  big.writeBigInt64BE(amount)
  return [
    ['int64-le', little],
    ['int64-be', big],
    ['int64-le-hex', Buffer.from(little.toString('hex'))],
    ['int64-be-hex', Buffer.from(big.toString('hex'))],
    ...base64Forms('int64-le', little),
  ]
}

function digestForms(text: string): Form[] {
  return ['sha256', 'sm3'].flatMap((algorithm): Form[] => {
    const digest = createHash(algorithm).update(text).digest()
    return [
      [algorithm, digest],
      [`${algorithm}-hex`, Buffer.from(digest.toString('hex'))],
      [`${algorithm}-hex-upper`, Buffer.from(digest.toString('hex').toUpperCase())],
      ...base64Forms(algorithm, digest),
    ]
  })
}
