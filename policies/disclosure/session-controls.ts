import { type Controls, DEFAULT_CONTROLS, FLOOR_CONTROLS, meet } from '../controls.ts'

/** A party's controls as its advert states them. */
export type Stated = Readonly<Record<string, number>>

/** A stated control is missing, unknown or no whole number. */
export class ControlsError extends Error {
  override readonly name = 'ControlsError'
  readonly code = 'CONTROLS_MALFORMED'
}

/**
 * The controls of one session: the strictest of what every holder's own policy demands, never
 * below the floors. Every holder and the release authority compute them alike from the transcript,
 * so that no gateway can weaken them. Whoever does not state every control, or states one that is
 * not known here, makes everybody refuse.
 */
export function sessionControls(stated: readonly Stated[]): Controls {
  const [first, ...rest] = stated.map(readControls)
  if (first === undefined) throw new ControlsError('no holder states any controls')
  return rest.reduce(meet, meet(first, FLOOR_CONTROLS))
}

function readControls(stated: Stated): Controls {
  const unknown = Object.keys(stated).find((name) => !Object.hasOwn(DEFAULT_CONTROLS, name))
  if (unknown !== undefined) throw new ControlsError(`no control is called \`${unknown}\``)
  const controls: Record<string, number> = {}
  for (const name of Object.keys(DEFAULT_CONTROLS)) {
    const value = Object.hasOwn(stated, name) ? stated[name] : undefined
    if (value === undefined || !Number.isSafeInteger(value) || value < 0) {
      throw new ControlsError(`control \`${name}\` is missing or no whole number`)
    }
    controls[name] = value
  }
  return { ...DEFAULT_CONTROLS, ...controls }
}
