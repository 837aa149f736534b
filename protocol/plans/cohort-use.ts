import type { Panel, Plan } from './plan.ts'

/**
 * How a plan's measures use the amounts of one panel, for the rules on moments (OC6): which
 * squares are released, and the fitted parameters (1 for a mean, 2 for a variance).
 */
export function cohortUse(plan: Plan, panel: Panel): { squares: boolean[]; parameters: number[] } {
  const { amounts } = panel.question
  const parameters = amounts.map(({ column }) =>
    plan.measures.reduce((most, measure) => {
      if (!('column' in measure) || measure.column !== column) return most
      if (measure.function === 'var') return 2
      return measure.function === 'mean' && most < 1 ? 1 : most
    }, 0),
  )
  return { squares: amounts.map(({ squares }) => squares), parameters }
}
