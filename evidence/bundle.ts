import path from 'node:path'
import { type AnchorRecord, formatAnchorRecord } from './anchor-record.ts'
import { type ChainRules, formatChainRules } from './chain-rules.ts'
import {
  CIPHERTEXTS_FOLDER,
  logFolder,
  MANIFEST_FILE,
  OPENINGS_FILE,
  POLICY_FILE,
  RECEIPTS_FOLDER,
  RULES_FILE,
} from './evidence-folder.ts'
import { exportTiles, writeWhole } from './export.ts'
import { makeManifest } from './manifest.ts'
import type { NoteSigner } from './note-signer.ts'
import type { Opening } from './opening.ts'
import { formatProof, type Receipt } from './receipt.ts'
import type { TileSource } from './tile-source.ts'

/** One log of the story: its own, or a mirror of another party's. */
export interface BundledLog {
  readonly origin: string
  readonly source: TileSource
  /** The newest note with witnesses' lines, if there is one. */
  readonly cosigned?: string
  /** Checkpoints of this log that others hold. */
  readonly seen?: readonly string[]
  /** Its anchored checkpoints with the chains' proofs. */
  readonly anchors?: readonly AnchorRecord[]
}

export interface BundleParts {
  readonly logs: readonly BundledLog[]
  /** C2SP tlog-policy text: the keys of the logs and witnesses, and the quorum. */
  readonly policy: string
  readonly rules: ChainRules
  readonly receipts: readonly Receipt[]
  /** Only those that the reader whom the bundle is for may see. */
  readonly openings: readonly Opening[]
  /** Stored ciphertexts by digest, to replay releases; read one by one. */
  readonly ciphertexts: Iterable<NamedBytes> | AsyncIterable<NamedBytes>
  /** Signs the manifest, by a key that the policy names as a log's; unsigned without it. */
  readonly signer?: NoteSigner
}

type NamedBytes = readonly [digest: string, bytes: Uint8Array]

/**
 * Writes a dispute bundle (争议证据包): everything that a reader needs to verify offline what
 * happened. Whole logs go in, because only a whole log shows that nothing was left out.
 */
export async function writeBundle(folder: string, parts: BundleParts): Promise<void> {
  const write = (file: string, text: string) => {
    return writeWhole(path.join(folder, file), Buffer.from(text))
  }
  for (const { origin, source, cosigned, seen = [], anchors = [] } of parts.logs) {
    const place = logFolder(origin)
    await exportTiles(source, path.join(folder, place))
    if (cosigned !== undefined) await write(`${place}/cosigned`, cosigned)
    for (const [i, note] of seen.entries()) await write(`${place}/seen/${i}`, note)
    for (const [i, record] of anchors.entries()) {
      await write(`${place}/anchors/${i}`, formatAnchorRecord(record))
    }
  }
  await write(POLICY_FILE, parts.policy)
  await write(RULES_FILE, formatChainRules(parts.rules))
  await write(OPENINGS_FILE, formatOpenings(parts.openings))
  for (const [i, receipt] of parts.receipts.entries()) {
    await write(`${RECEIPTS_FOLDER}/${i}.tlog-proof`, formatProof(receipt))
  }
  for await (const [digest, bytes] of parts.ciphertexts) {
    await writeWhole(path.join(folder, CIPHERTEXTS_FOLDER, digest), bytes)
  }
  await write(MANIFEST_FILE, await makeManifest(folder, parts.signer))
}

/** The file that reveals what stands behind digests, as the bundle holds it. */
export function formatOpenings(openings: readonly Opening[]): string {
  const revealed = openings.map(({ digest, label, text }) => ({ digest, label, text }))
  return `${JSON.stringify(revealed, null, 2)}\n`
}
