import { removePads } from '#crypto/pads'
import type { Secret } from '#crypto/secret'
import { ProtocolError } from '#protocol/errors'
import { COEFFICIENTS, placeOf, valueCanary } from '#protocol/plans/layout'
import type { Panel, Plan } from '#protocol/plans/plan'
import type { ReleasedPanel, ReleasedTable } from '#protocol/release-result'

/** The pad key of every holder of a panel, derived by the consumer from its own seeds. */
export type PadKeys = (panel: Panel) => readonly Secret[]

/**
 * Removes every holder's pad from the released values: panel, group, coefficient. The canary of
 * each ciphertext's values must then be that of the whole roster, N(N+1)/2; a missing holder, a
 * swapped pad key or a changed ciphertext leaves uniform noise and is refused.
 */
export function unpadTable(plan: Plan, table: ReleasedTable, padKeys: PadKeys): bigint[][][] {
  return plan.panels.map((panel, index) => {
    const released = table.panels[index]
    if (released === undefined) throw new ProtocolError('RESULT_REFUSED', 'a panel is missing')
    const opened = ciphertextsOf(panel, released)
    const task = { from: valueCanary(panel.layout), to: COEFFICIENTS }
    const keys = padKeys(panel)
    opened.forEach((coefficients, chunk) => {
      removePads(coefficients, { ...task, chunk }, keys)
      checkCanary(panel, coefficients)
    })
    return table.verdicts.map((_, group) => {
      const { ciphertext, values } = placeOf(panel.layout, group)
      return [...(opened[ciphertext]?.subarray(values, values + panel.layout.valueSlots) ?? [])]
    })
  })
}

function ciphertextsOf(panel: Panel, { canaries, values }: ReleasedPanel): BigUint64Array[] {
  const opened = canaries.map((canary) => {
    const coefficients = new BigUint64Array(COEFFICIENTS)
    coefficients[valueCanary(panel.layout)] = canary
    return coefficients
  })
  values.forEach((words, group) => {
    const place = placeOf(panel.layout, group)
    opened[place.ciphertext]?.set(BigUint64Array.from(words), place.values)
  })
  return opened
}

function checkCanary({ roster, layout }: Panel, coefficients: BigUint64Array): void {
  const expected = BigInt((roster.length * (roster.length + 1)) / 2)
  if (coefficients[valueCanary(layout)] !== expected) {
    throw new ProtocolError('RESULT_REFUSED', 'the released values are not those of the roster')
  }
}
