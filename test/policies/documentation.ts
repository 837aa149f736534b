import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { runPolicyCommand } from '#cli/policy'

/** One command of a document with what it prints, as written and as it is. */
export interface ConsoleExample {
  readonly command: string
  readonly expected: string
  readonly got: string
  readonly exit: number
  readonly wantedExit: number
}

const BLOCK = /^```(\S+)(?: file=(\S+))?\n([\s\S]*?)^```$/gm

/** Writes every named block of a document into an empty folder and runs its console blocks there. */
export async function runDocument(
  markdown: string,
  extra: Readonly<Record<string, string>> = {},
): Promise<readonly ConsoleExample[]> {
  const cwd = mkdtempSync(path.join(os.tmpdir(), 'baotu-doc-'))
  try {
    const blocks = [...markdown.matchAll(BLOCK)]
    for (const [, , file, text] of blocks) {
      if (file !== undefined && text !== undefined) writeFileSync(path.join(cwd, file), text)
    }
    for (const [file, from] of Object.entries(extra)) {
      const text = readFileSync(path.join(cwd, from), 'utf8')
      writeFileSync(path.join(cwd, file), text.replace('"draft"', '"active"'))
    }
    const examples: ConsoleExample[] = []
    for (const [, language, , text = ''] of blocks) {
      if (language === 'console') examples.push(await runExample(text, cwd))
    }
    return examples
  } finally {
    rmSync(cwd, { recursive: true })
  }
}

async function runExample(text: string, cwd: string): Promise<ConsoleExample> {
  const [first = '', ...rest] = text.split('\n')
  const [command = '', comment = ''] = first.replace(/^\$ baotu policy /, '').split(/\s+# exit /)
  let got = ''
  const out = { write: (chunk: string) => (got += chunk) }
  const exit = await runPolicyCommand(words(command), { stdout: out, stderr: out, cwd })
  return { command, expected: rest.join('\n'), got, exit, wantedExit: Number(comment || 0) }
}

/** Splits a command line; double quotes hold a word together. */
function words(command: string): readonly string[] {
  return [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '')
}
