import type { EvidenceFiles } from './evidence-files.ts'
import { OPENINGS_FILE } from './evidence-folder.ts'
import type { Finding } from './finding.ts'
import { isOpeningTrue, type Opening } from './opening.ts'

export interface CheckedOpenings {
  /** Those that hold, by digest. */
  readonly openings: ReadonlyMap<string, Opening>
  readonly findings: readonly Finding[]
}

/** Reads what a folder reveals; an opening that its digest does not bear out is a finding. */
export function checkOpenings(files: EvidenceFiles): CheckedOpenings {
  const openings = new Map<string, Opening>()
  const findings: Finding[] = []
  for (const [i, opening] of readOpenings(files).entries()) {
    if (isOpening(opening) && isOpeningTrue(opening)) openings.set(opening.digest, opening)
    else findings.push({ code: 'OPENING_REFUSED', file: OPENINGS_FILE, detail: `opening ${i}` })
    if (findings.length >= MOST_REFUSED) break
  }
  return { openings, findings }
}

const MOST_REFUSED = 1000

function readOpenings(files: EvidenceFiles): unknown[] {
  if (!files.has(OPENINGS_FILE)) return []
  try {
    const parsed: unknown = JSON.parse(files.text(OPENINGS_FILE))
    return Array.isArray(parsed) ? parsed : [undefined]
  } catch {
    return [undefined]
  }
}

function isOpening(value: unknown): value is Opening {
  const { digest, label, text }: { digest?: unknown; label?: unknown; text?: unknown } =
    Object(value)
  return [digest, label, text].every((member) => typeof member === 'string')
}
