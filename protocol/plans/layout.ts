import { ProtocolError } from '../errors.ts'

/** Coefficients of one `TAB` ciphertext. */
export const COEFFICIENTS = 4096

/**
 * Where everything lies in the ciphertexts of a panel. Each holds a run of whole groups:
 * `[canary][evidence of its groups][canary][values of its groups]`, the rest unused. Groups never
 * straddle; every holder's layout is the same whatever its data.
 */
export interface Layout {
  readonly groups: number
  readonly evidenceSlots: number
  readonly valueSlots: number
  readonly groupsPerCiphertext: number
  readonly ciphertexts: number
}

/** Where one group lies. */
export interface GroupPlace {
  readonly ciphertext: number
  readonly evidence: number
  readonly values: number
}

/** Throws `QUERY_TOO_LARGE` where one group alone does not fit. */
export function layOut(groups: number, evidenceSlots: number, valueSlots: number): Layout {
  const groupsPerCiphertext = Math.floor((COEFFICIENTS - 2) / (evidenceSlots + valueSlots))
  if (groupsPerCiphertext < 1) {
    throw new ProtocolError('QUERY_TOO_LARGE', 'one group needs more than one ciphertext')
  }
  const ciphertexts = Math.ceil(groups / groupsPerCiphertext)
  return { groups, evidenceSlots, valueSlots, groupsPerCiphertext, ciphertexts }
}

/** The canary of the evidence region lies at 0, that of the values right behind the evidence. */
export function valueCanary(layout: Layout): number {
  return 1 + layout.groupsPerCiphertext * layout.evidenceSlots
}

/** The coefficients from here up to `valuesEnd` carry pads. */
export function valuesEnd(layout: Layout): number {
  return valueCanary(layout) + 1 + layout.groupsPerCiphertext * layout.valueSlots
}

/** Where the evidence and the values of `group` begin. */
export function placeOf(layout: Layout, group: number): GroupPlace {
  const ciphertext = Math.floor(group / layout.groupsPerCiphertext)
  const within = group % layout.groupsPerCiphertext
  return {
    ciphertext,
    evidence: 1 + within * layout.evidenceSlots,
    values: valueCanary(layout) + 1 + within * layout.valueSlots,
  }
}
