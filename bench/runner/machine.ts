import { availableParallelism, cpus, loadavg } from 'node:os'
import Type, { type Static } from 'typebox'

/** What a figure depends on. No host name, no path: results are published. */
export const Machine = Type.Object(
  {
    cpu: Type.String(),
    cores: Type.Integer({ minimum: 1 }),
    platform: Type.String(),
    node: Type.String(),
    /** Runnable processes in the minute before the run: above 1 the machine had other work. */
    load: Type.Number({ minimum: 0 }),
  },
  { additionalProperties: false },
)
export type Machine = Static<typeof Machine>

/** The machine as it is now. */
export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  }
}
