import { canonicalPolicy } from '#policies/canonical-policy'
import { loadPolicy } from '#policies/load'
import { fromNational } from '#policies/national/from-national'
import { toNational } from '#policies/national/to-national'
import { policySchema } from '#policies/schema'
import { UsageError } from '../command.ts'
import { COMMON, onlyArgument, optionsOf } from '../options.ts'
import { placed, readNamed } from './files.ts'
import { type PolicyIo, printJson } from './print.ts'

const OPTIONS = { ...COMMON, from: { type: 'string' }, to: { type: 'string' } } as const
const FORMS = ['policy', 'canonical', 'national'] as const

/** `baotu policy convert`: one policy to canonical form or to the national dictionaries and back. */
export function convertCommand(argv: readonly string[], io: PolicyIo): number {
  const { values, positionals } = optionsOf(argv, OPTIONS)
  const from = formNamed(values.from, 'policy')
  const to = formNamed(values.to, 'canonical')
  const name = onlyArgument(positionals, 'a policy file')
  const text = readNamed(name, io.cwd)
  const policy = placed(name, () => (from === 'national' ? fromNational(text) : loadPolicy(text)))
  const form = placed(name, () =>
    to === 'national' ? toNational(policy) : canonicalPolicy(policy),
  )
  printJson(io, form)
  io.stderr.write(`${policy.id}#${policy.digest}\n`)
  return 0
}

/** `baotu policy schema`: the JSON Schema of policies, for editors. */
export function schemaCommand(argv: readonly string[], io: PolicyIo): number {
  optionsOf(argv, COMMON)
  printJson(io, policySchema())
  return 0
}

function formNamed(
  named: string | undefined,
  usual: (typeof FORMS)[number],
): (typeof FORMS)[number] {
  const known = FORMS.find((one) => one === (named ?? usual))
  if (known !== undefined) return known
  throw new UsageError(`--from and --to take one of: ${FORMS.join(', ')}`)
}
