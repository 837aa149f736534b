import { type Command, EXIT } from '../command.ts'
import { languageOf } from '../language.ts'
import { COMMON, onlyArgument, optionsOf, spaceAndState } from '../options.ts'
import { checkMappings } from '../space/check-mappings.ts'
import { readPolicies } from '../space/read-policies.ts'

/** `baotu space check`: reads a space file and all that it names, starts nothing. */
export const spaceCheck: Command = {
  name: 'space check',
  summary: { en: 'check a space file and all it names', zh: '检查空间文件及其引用的全部文件' },
  help: {
    en: `baotu space check <space-file> [--json] [--lang zh|en]

Reads the space file, its products, policies and mappings and says what is wrong, each with file,
line and column. Reads no data, starts nothing, changes nothing.

  baotu space check examples/three-cities/space.json
`,
    zh: `baotu space check <空间文件> [--json] [--lang zh|en]

读取空间文件及其产品、策略和映射，列出错误（文件、行、列）。不读数据，不启动、不改动任何东西。

  baotu space check examples/three-cities/space.json
`,
  },
  async run(argv, io) {
    const { values, positionals } = optionsOf(argv, COMMON)
    const file = onlyArgument(positionals, 'space file')
    const { space } = await spaceAndState(file, undefined, io)
    const policies = await readPolicies(space)
    await checkMappings(space)
    const { holders, consumers } = space.file
    const counts = {
      space: space.file.space,
      holders: holders.length,
      consumers: consumers.length,
      products: space.products.length,
      policies: policies.length,
    }
    const zh = languageOf(values.lang) === 'zh'
    const text = zh
      ? `${file} 正确：提供方 ${holders.length}，使用方 ${consumers.length}，产品 ${counts.products}，策略 ${counts.policies}`
      : `${file} is fine: ${holders.length} holders, ${consumers.length} consumers, ${counts.products} products, ${counts.policies} policies`
    io.stdout.write(values.json ? `${JSON.stringify(counts)}\n` : `${text}\n`)
    return EXIT.ok
  },
}
