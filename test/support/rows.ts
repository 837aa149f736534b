import type { PlainRow } from './plain-source.ts'

/**
 * Deterministic rows of the test product for one holder: `perGroup` enterprises in each section and
 * district, amounts spread over three orders of magnitude, every fourth one in arrears.
 */
export function testRows(holder: number, perGroup: number): PlainRow[] {
  return ['C', 'F', 'H'].flatMap((section, s) =>
    ['370102', '370103'].flatMap((district, d) =>
      Array.from({ length: perGroup }, (_, index) => {
        const seed = holder * 7919 + s * 131 + d * 17 + index * 104_729
        return {
          unit: `h${holder}-${section}-${district}-${index}`,
          codes: { section, district },
          numbers: {
            tax: BigInt(1000 + (seed % 9000) * 10),
            heads: BigInt(1 + (seed % 50)),
            arrears: index % 4 === 0 ? 1n : 0n,
            size: BigInt(seed % 12),
          },
        }
      }),
    ),
  )
}
