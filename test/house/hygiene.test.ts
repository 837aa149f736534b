import { readFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { filesBelow, PROJECT_ROOT } from '#test/support/import-graph'

interface HouseRule {
  readonly name: string
  readonly pattern: RegExp
  /** Paths that the rule is about. */
  readonly about: RegExp
  /** Paths that may. */
  readonly except?: RegExp
  /** A text that breaks it, planted in the first place it is about. */
  readonly planted: readonly [file: string, text: string]
}

const CODE = /^(?!test\/|scripts\/).*\.ts$/
const TEXT = /\.(ts|mjs|js|json|md|html|css|csv|yml|sql)$|^\.[a-z]+rc$/

const RULES: readonly HouseRule[] = [
  {
    name: 'the environment is read in one place',
    pattern: /\bprocess\s*\.\s*env\b|\benv\s*}\s*(=\s*process|from\s*'node:process')/,
    about: CODE,
    except: /^runtime\/(config|environment|secret)[a-z-]*\.ts$/,
    planted: ['gateway/x.ts', `const key = process${'.'}env['KEY']`],
  },
  {
    name: 'randomness is injected, and never floating',
    pattern: /\bMath\.random\b/,
    about: CODE,
    planted: ['crypto/x.ts', `Math${'.'}random()`],
  },
  {
    name: 'nothing is written to the console',
    pattern: /\bconsole\s*\.\s*(log|error|warn|info|debug)\b/,
    about: CODE,
    planted: ['cli/x.ts', `console${'.'}log(1)`],
  },
  {
    name: 'no path of the machine that built it',
    pattern: /(?<![\w.])\/(work|root|home\/[a-z]+|Users\/[A-Za-z]+)\/[\w.]/,
    about: TEXT,
    planted: ['docs/x.md', `see /${'work'}/notes.md`],
  },
  {
    name: 'no host of a package registry',
    pattern: /registry\.[a-z0-9.-]+\.[a-z]{2,}|"resolved":/,
    about: TEXT,
    planted: ['package-lock.json', `"${'resolved'}": "https://x"`],
  },
  {
    name: 'nothing is left for later in a comment',
    pattern: /\b(TODO|FIXME|XXX|HACK)\b(?!\d)/,
    about: CODE,
    planted: ['sdk/x.ts', `// ${'TO'}DO`],
  },
]

const files = filesBelow(PROJECT_ROOT, '')
const SELF = 'test/house/hygiene.test.ts'

function breaches({ pattern, about, except }: HouseRule, file: string, text: string): string[] {
  if (!about.test(file) || except?.test(file) || file === SELF) return []
  return text
    .split('\n')
    .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}`] : []))
}

for (const rule of RULES) {
  t.test(rule.name, async (t) => {
    const found = files.flatMap((file) =>
      rule.about.test(file)
        ? breaches(rule, file, readFileSync(path.join(PROJECT_ROOT, file), 'utf8'))
        : [],
    )
    t.same(found, [])
    t.same(breaches(rule, ...rule.planted), [`${rule.planted[0]}:1`], 'a planted breach is found')
  })
}

t.test('files are called after what they hold', async (t) => {
  const vague = /(^|\/)(utils?|types?|common|helpers?|misc|index)\.ts$/
  t.same(
    files.filter((file) => vague.test(file)),
    [],
  )
  t.match('gateway/utils.ts', vague)
  const code = files.filter((file) => CODE.test(file))
  t.same(
    code.filter((file) => !/^[a-z0-9/.-]+$/.test(file)),
    [],
    'kebab-case',
  )
})

t.test('no module exports a default', async (t) => {
  const found = files.filter((file) => {
    const isCode =
      CODE.test(file) &&
      /^export default\b/m.test(readFileSync(path.join(PROJECT_ROOT, file), 'utf8'))
    return isCode
  })
  t.same(found, [])
})
