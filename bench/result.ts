import Type, { type Static } from 'typebox'

const Name = Type.String({ minLength: 1, maxLength: 120 })
const Direction = Type.Union([Type.Literal('at-most'), Type.Literal('at-least')])
const closed = { additionalProperties: false }

const Anchor = Type.Object({ name: Name, value: Type.Optional(Type.Number()) }, closed)
const Target = Type.Union([
  Type.Object({ ratio: Type.Number(), direction: Direction }, closed),
  Type.Object({ value: Type.Number(), direction: Direction }, closed),
])

/**
 * One measured figure. `value` is in `unit`, and so is the anchor's: what the same work cost
 * another way in the same run, on the same machine. `ratio` is what the two come to, in whichever
 * sense the name says (value ÷ anchor for a cost). Machines differ, so ratios are what counts;
 * `target` is the project's own, on one of the two. An anchor may be its name alone.
 */
export const BenchmarkResult = Type.Object(
  {
    name: Name,
    unit: Type.String({ minLength: 1, maxLength: 20 }),
    value: Type.Number(),
    anchor: Type.Optional(Type.Union([Anchor, Name])),
    ratio: Type.Optional(Type.Number()),
    target: Type.Optional(Target),
    /** Sizes, rounds, what is and is not in it. */
    note: Type.Optional(Type.String({ maxLength: 400 })),
  },
  closed,
)
export type BenchmarkResult = Static<typeof BenchmarkResult>

export type BenchmarkTarget = Static<typeof Target>

/** How a benchmark is run. */
export interface BenchmarkOptions {
  /** Smaller sizes, for a look: the figures do not answer to the targets' sizes. */
  readonly quick: boolean
  /** How many, for a benchmark that counts in rounds. */
  readonly rounds?: number
  /** Told what is being done, one short line a step. */
  readonly progress: (line: string) => void
}

/** What every file directly in bench/ exports as `run`, but for this one and the runner. */
export type Benchmark = (options: BenchmarkOptions) => Promise<readonly BenchmarkResult[]>
