import { cp } from 'node:fs/promises'
import path from 'node:path'
import { type CommandIo, EXIT } from './command.ts'
import { languageOf } from './language.ts'
import { COMMON, onlyArgument, optionsOf, STATE, spaceAndState } from './options.ts'
import { exportEvidence } from './space/export-evidence.ts'
import { requireUp } from './space/running.ts'

const WORDS = {
  zh: { folder: '证据', policy: '审计方的信任策略（另行传递）', next: '核验' },
  en: {
    folder: 'evidence',
    policy: 'the auditor’s trust policy (hand it over apart)',
    next: 'verify',
  },
} as const

/**
 * `baotu evidence export`: the logs of every party of a space on this machine as static files, and
 * the trust policy to hold them to, which lies apart: evidence that brings its own policy along
 * agrees with itself and with nothing else. Throws NotUpError; UsageError.
 */
export async function exportCommand(
  argv: readonly string[],
  io: Pick<CommandIo, 'stdout' | 'cwd'>,
): Promise<number> {
  const options = { ...COMMON, ...STATE, out: { type: 'string' } } as const
  const { values, positionals } = optionsOf(argv, options)
  const file = onlyArgument(positionals, 'space file')
  const { space, state } = await spaceAndState(file, values.state, io)
  await requireUp(state, file)
  const { folder, policyFile, sm2File } = await exportEvidence(space, state)
  const evidence = values.out === undefined ? folder : path.resolve(io.cwd, values.out)
  if (evidence !== folder)
    await cp(folder, evidence, { recursive: true, force: false, errorOnExist: true })
  const words = WORDS[languageOf(values.lang)]
  const sm2 = sm2File === undefined ? '' : ` --sm2 ${sm2File}`
  const verify = `baotu evidence verify ${evidence} --policy ${policyFile}${sm2}`
  io.stdout.write(
    values.json
      ? `${JSON.stringify({ evidence, policy: policyFile, sm2: sm2File })}\n`
      : `${words.folder}: ${evidence}\n${words.policy}: ${policyFile}\n${words.next}: ${verify}\n`,
  )
  return EXIT.ok
}
