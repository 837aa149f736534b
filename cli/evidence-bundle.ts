import { createPrivateKey } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { type BundledLog, writeBundle } from '#evidence/bundle'
import type { ChainRules } from '#evidence/chain-rules'
import { valuesOf } from '#evidence/entry-index'
import { CIPHERTEXTS_FOLDER, logFolder, RECEIPTS_FOLDER } from '#evidence/evidence-folder'
import { folderSource } from '#evidence/folder-source'
import type { Lineage } from '#evidence/lineage'
import { ed25519NoteSigner, type NoteSigner } from '#evidence/note-signer'
import { parseProof, type Receipt } from '#evidence/receipt'
import { recordsOf } from '#evidence/story'
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
  const records = recordsOf(lineage)
  const named = new Set(records.flatMap(({ entry }) => [...valuesOf(entry)]))
  const places = new Set(records.map(({ log, index }) => `${log} ${index}`))
  await writeBundle(out, {
    logs: policy.logs.flatMap(({ name }) => bundledLog(folder, name)),
    policy: policyText,
    rules,
    receipts: receiptsIn(folder).filter(({ checkpoint, index }) => {
      return places.has(`${checkpoint.split('\n')[0]} ${index}`)
    }),
    openings: [...report.openings.values()].filter(({ digest }) => named.has(digest)),
    ciphertexts: new Map(ciphertextsIn(folder).filter(([digest]) => named.has(digest))),
    ...(signer && { signer }),
  })
}

/** The key in a PEM file (PKCS #8, Ed25519), as a log of that name. */
export function signerFrom(file: string, name: string): NoteSigner {
  return ed25519NoteSigner(name, createPrivateKey(readFileSync(file)))
}

function bundledLog(folder: string, origin: string): BundledLog[] {
  const place = path.join(folder, logFolder(origin))
  if (!existsSync(place)) return []
  const cosigned = path.join(place, 'cosigned')
  const seen = list(path.join(place, 'seen')).map((file) => readFileSync(file, 'utf8'))
  const witnessed = existsSync(cosigned) ? { cosigned: readFileSync(cosigned, 'utf8') } : {}
  return [{ origin, source: folderSource(place), seen, ...witnessed }]
}

function receiptsIn(folder: string): Receipt[] {
  return list(path.join(folder, RECEIPTS_FOLDER)).map((file) =>
    parseProof(readFileSync(file, 'utf8')),
  )
}

function ciphertextsIn(folder: string): [string, Uint8Array][] {
  return list(path.join(folder, CIPHERTEXTS_FOLDER)).map((file) => {
    return [path.basename(file), readFileSync(file)]
  })
}

function list(folder: string): string[] {
  return existsSync(folder)
    ? readdirSync(folder)
        .sort()
        .map((name) => path.join(folder, name))
    : []
}
