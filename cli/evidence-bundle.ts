import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parseAnchorRecord } from '#evidence/anchor-record'
import { type BundledLog, writeBundle } from '#evidence/bundle'
import type { ChainRules } from '#evidence/chain-rules'
import { valuesOf } from '#evidence/entry-index'
import { EvidenceFiles } from '#evidence/evidence-files'
import { CIPHERTEXTS_FOLDER, logFolder, RECEIPTS_FOLDER } from '#evidence/evidence-folder'
import { folderSource } from '#evidence/folder-source'
import type { Lineage } from '#evidence/lineage'
import { recordsOf } from '#evidence/lineage-records'
import { ed25519NoteSigner, type NoteSigner } from '#evidence/note-signer'
import { parseProof, type Receipt } from '#evidence/receipt'
import type { TrustPolicy } from '#evidence/trust-policy'
import type { Report } from '#evidence/verify'

export interface BundleRequest {
  /** Exported evidence to cut from. */
  readonly folder: string
  readonly out: string
  readonly policyText: string
  readonly policy: TrustPolicy
  readonly rules: ChainRules
  readonly report: Report
  readonly signer: NoteSigner | undefined
}

/** Writes what one result needs: whole logs, and of the rest only what concerns the result. */
export async function bundleResult(request: BundleRequest, lineage: Lineage): Promise<void> {
  const { folder, out, policy, policyText, rules, report, signer } = request
  const files = new EvidenceFiles(folder)
  const records = recordsOf(lineage)
  const named = new Set(records.flatMap(({ entry }) => [...valuesOf(entry)]))
  const places = new Set(records.map(({ log, index }) => `${log} ${index}`))
  await writeBundle(out, {
    logs: policy.logs.flatMap(({ name }) => bundledLog(folder, files, name)),
    policy: policyText,
    rules,
    receipts: receiptsIn(files).filter(({ checkpoint, index }) => {
      return places.has(`${checkpoint.split('\n')[0]} ${index}`)
    }),
    openings: [...report.openings.values()].filter(({ digest }) => named.has(digest)),
    ciphertexts: new Map(ciphertextsIn(files).filter(([digest]) => named.has(digest))),
    ...(signer && { signer }),
  })
}

/** The key in a PEM file (PKCS #8, Ed25519), as a log of that name. */
export function signerFrom(file: string, name: string): NoteSigner {
  return ed25519NoteSigner(name, createPrivateKey(readFileSync(file)))
}

function bundledLog(folder: string, files: EvidenceFiles, origin: string): BundledLog[] {
  const place = logFolder(origin)
  if (!files.has(`${place}/checkpoint`)) return []
  const cosigned = `${place}/cosigned`
  const seen = files.list(`${place}/seen/`).map((file) => files.text(file))
  const anchors = files
    .list(`${place}/anchors/`)
    .flatMap((file) => parseAnchorRecord(files.text(file)) ?? [])
  const witnessed = files.has(cosigned) ? { cosigned: files.text(cosigned) } : {}
  const source = folderSource(path.join(folder, place))
  return [{ origin, source, seen, anchors, ...witnessed }]
}

function receiptsIn(files: EvidenceFiles): Receipt[] {
  return files.list(`${RECEIPTS_FOLDER}/`).map((file) => parseProof(files.text(file)))
}

function ciphertextsIn(files: EvidenceFiles): [string, Uint8Array][] {
  return files
    .list(`${CIPHERTEXTS_FOLDER}/`)
    .flatMap((file) => [[path.basename(file), files.read(file) ?? new Uint8Array(0)]])
}
