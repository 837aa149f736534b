import { EvidenceError } from './evidence-error.ts'

/** A link that a space may demand of every delivered result, beside those that always hold. */
export const CHAIN_LINKS = [
  'contract',
  'product',
  'grant',
  'policy',
  'budget',
  'holder',
  'release',
  'review',
  'meter',
] as const
export type ChainLink = (typeof CHAIN_LINKS)[number]

export interface Names {
  readonly zh: string
  readonly en: string
}

/**
 * How a reader judges a space's evidence: which links each delivered result must have (consent is
 * always demanded where one subject was asked for), and names for the story: of participants by
 * DID, of contracts, products and policies by digest, of a product's columns and codes by
 * `<digest>/<column>` and `<digest>/<column>/<code>`, of purposes by their term.
 */
export interface ChainRules {
  readonly require: ReadonlySet<ChainLink>
  readonly names: Readonly<Record<string, Names>>
}

/** Demands every link: what a reader uses who was told nothing else. */
export const STRICT_RULES: ChainRules = { require: new Set(CHAIN_LINKS), names: {} }

/** Reads a rules file; TRUST_POLICY_MALFORMED for anything it does not name. */
export function parseChainRules(text: string): ChainRules {
  const { require: links, names = {}, ...more } = parseFile(text)
  const required = CHAIN_LINKS.filter((link) => links?.includes(link))
  const isKnown = Array.isArray(links) && required.length === new Set(links).size
  if (!isKnown || Object.keys(more).length > 0 || !areNames(names)) {
    throw new EvidenceError('TRUST_POLICY_MALFORMED', 'rules: unknown link or member')
  }
  return { require: new Set(required), names }
}

function areNames(value: unknown): value is ChainRules['names'] {
  const isName = (name: unknown) => {
    const { zh, en, ...more }: { zh?: unknown; en?: unknown } = Object(name)
    return typeof zh === 'string' && typeof en === 'string' && Object.keys(more).length === 0
  }
  return typeof value === 'object' && value !== null && Object.values(value).every(isName)
}

function parseFile(text: string): Partial<RulesFile> {
  try {
    return Object(JSON.parse(text))
  } catch (cause) {
    throw new EvidenceError('TRUST_POLICY_MALFORMED', 'rules: not JSON', { cause })
  }
}

/** The file form of rules; read back by `parseChainRules`. */
export function formatChainRules({ require: links, names }: ChainRules): string {
  return `${JSON.stringify({ require: [...links], names }, null, 2)}\n`
}

interface RulesFile {
  readonly require: readonly string[]
  readonly names: Readonly<Record<string, Names>>
}
