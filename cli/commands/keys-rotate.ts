import { type Command, EXIT, UsageError } from '../command.ts'
import { languageOf } from '../language.ts'
import { COMMON, onlyArgument, optionsOf, STATE, spaceAndState } from '../options.ts'
import { ensureKeys } from '../space/party-keys.ts'
import { bodiesOf } from '../space/party-plan.ts'
import { findByName, shortName } from '../space/short-name.ts'
import { claimState, ensureStateFolder } from '../space/state-folder.ts'

/** `baotu keys rotate`: fresh keys for one party or all. */
export const keysRotate: Command = {
  name: 'keys rotate',
  summary: { en: 'give parties fresh keys', zh: '为参与方轮换密钥' },
  help: {
    en: `baotu keys rotate <space-file> [--as NAME] [--state DIR] [--lang zh|en]

Makes fresh signing and sealing keys for one party, or for everybody. The old public keys stay
listed until they end, so that what was signed still verifies. The space must not be up; the
directory lists the new keys from the next start on, and each party's own log says that they
changed.

  baotu keys rotate examples/three-cities/space.json --as qilu-bank
  baotu keys rotate examples/three-cities/space.json
`,
    zh: `baotu keys rotate <空间文件> [--as 名称] [--state 目录] [--lang zh|en]

为一方或全部参与方生成新的签名和封装密钥。旧公钥在到期前仍在目录中，已签内容仍可验证。
空间须未运行；新密钥自下次启动起列入目录，各方自己的日志记下这次轮换。

  baotu keys rotate examples/three-cities/space.json --as qilu-bank
  baotu keys rotate examples/three-cities/space.json
`,
  },
  async run(argv, io) {
    const options = { ...COMMON, ...STATE, as: { type: 'string' } } as const
    const { values, positionals } = optionsOf(argv, options)
    const file = onlyArgument(positionals, 'space file')
    const { space, state } = await spaceAndState(file, values.state, io)
    const dids = bodiesOf(space).map(({ did }) => did)
    const one = values.as === undefined ? undefined : findByName(values.as, dids)
    if (values.as !== undefined && one === undefined) {
      throw new UsageError(`\`${values.as}\` names no one party; there are ${names(dids)}`)
    }
    await ensureStateFolder(state.path, space.file.space)
    await using _claim = await claimState(state)
    for (const did of one === undefined ? dids : [one]) {
      const owner = { did, spaceId: space.file.space, folder: state.partyFolder(did) }
      const { ring } = await ensureKeys(owner, io)
      await ring.rotate()
      const kid = ring.signer().kid
      const zh = languageOf(values.lang) === 'zh'
      io.stdout.write(`${shortName(did)}: ${zh ? '新签名密钥' : 'new signing key'} ${kid}\n`)
    }
    return EXIT.ok
  },
}

function names(dids: readonly string[]): string {
  return dids.map(shortName).join(', ')
}
