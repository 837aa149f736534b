import type { PlainRow } from './plain-source.ts'

/** The short names of the bureaus of a tiny space. */
export const BUREAUS = ['jinan', 'qingdao', 'binzhou'] as const
export type Bureau = (typeof BUREAUS)[number]

const GROUPS = ['C', 'F'].flatMap((section) =>
  ['small', 'large'].map((size) => ({ section, size })),
)
const IN_GROUP = 15

/** One row of a bureau's file. */
export interface Firm {
  readonly uscc: string
  readonly name: string
  readonly section: string
  readonly size: string
  readonly fen: bigint
}

/** The sixty firms of a bureau: fifteen in each group, of one order of magnitude. */
export function firmsOf(bureau: Bureau): Firm[] {
  const holder = BUREAUS.indexOf(bureau) + 1
  return GROUPS.flatMap(({ section, size }, group) =>
    Array.from({ length: IN_GROUP }, (_, index): Firm => {
      const seed = (holder * 7919 + group * 131 + index * 104_729) % 9973
      const serial = String(holder * 10_000 + group * 100 + index).padStart(9, '0')
      const fen = 50_000_000_000n + BigInt(seed) * 7_654_321n
      return { uscc: `91370100${serial}X`, name: `Firm ${serial}`, section, size, fen }
    }),
  )
}

/** A bureau's file as it exports it. */
export function csvOf(firms: readonly Firm[]): string {
  const lines = firms.map(({ uscc, name, section, size, fen }) =>
    [uscc, name, section, size, fen].join(','),
  )
  return `${['uscc,name,section,size,tax_fen', ...lines].join('\n')}\n`
}

/** The rows as the product names them, for the plain computation. */
export function plainRowsOf(firms: readonly Firm[]): PlainRow[] {
  return firms.map(({ uscc, section, size, fen }) => ({
    unit: uscc,
    codes: { section, size },
    numbers: { tax12: fen },
  }))
}
