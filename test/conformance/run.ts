import { runOdrl } from './odrl.ts'
import { runProperties } from './properties.ts'

// `npm run conformance -- odrl [file…]`: conformance against published corpora.
// `npm run conformance -- properties [cases]`: the properties of the engine over many cases.
const [what, ...rest] = process.argv.slice(2)
process.exitCode = await run(what, rest)

async function run(what: string | undefined, rest: readonly string[]): Promise<number> {
  const print = (line: string) => process.stdout.write(`${line}\n`)
  if (what === 'odrl') return runOdrl(rest, print)
  if (what === 'properties') return runProperties(rest, print)
  print('usage: npm run conformance -- odrl [file...] | properties [cases]')
  return 2
}
