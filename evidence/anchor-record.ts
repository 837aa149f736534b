/** An anchored checkpoint with its proof, as a file beside the log. Node only. */

export interface AnchorRecord {
  /** Code of the chain. */
  readonly chain: string
  /** The signed checkpoint whose digest was anchored. */
  readonly note: string
  /** As the chain gave it: whether it holds is to be asked of the chain. */
  readonly proof: Uint8Array
}

/** One JSON object in one spelling; read back by `parseAnchorRecord`. */
export function formatAnchorRecord({ chain, note, proof }: AnchorRecord): string {
  const text = { chain, note, proof: Buffer.from(proof).toString('base64') }
  return `${JSON.stringify(text, null, 2)}\n`
}

/** Undefined for whatever is not spelt so. It proves nothing yet. */
export function parseAnchorRecord(text: string): AnchorRecord | undefined {
  const { chain, note, proof } = read(text)
  if (![chain, note, proof].every((member) => typeof member === 'string')) return undefined
  const bytes = Buffer.from(String(proof), 'base64')
  const record = { chain: String(chain), note: String(note), proof: bytes }
  return formatAnchorRecord(record) === text ? record : undefined
}

function read(text: string): { chain?: unknown; note?: unknown; proof?: unknown } {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}
