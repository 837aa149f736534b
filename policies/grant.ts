import { ControlSet } from './control-set.ts'
import { type DutyTerm, joinDuties } from './duties.ts'

/** What a permission brings with it: controls to keep and duties to perform. Immutable. */
export class Grant {
  static readonly NONE = new Grant(ControlSet.NONE, [])
  readonly controls: ControlSet
  readonly duties: readonly DutyTerm[]
  readonly #joined = new Map<Grant, Grant>()

  constructor(controls: ControlSet, duties: readonly DutyTerm[]) {
    this.controls = controls
    this.duties = duties
  }

  /** Both grants at once: controls meet, duties unite. */
  join(other: Grant): Grant {
    if (other === this || other === Grant.NONE) return this
    if (this === Grant.NONE) return other
    const known = this.#joined.get(other)
    if (known !== undefined) return known
    const joined = new Grant(
      this.controls.meet(other.controls),
      joinDuties(this.duties, other.duties),
    )
    // INVARIANT: the memory is bounded; forgetting an entry only costs time.
    if (this.#joined.size >= 256) this.#joined.clear()
    this.#joined.set(other, joined)
    return joined
  }
}
