import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import t from 'tap'

const GIVE_ROOM = "(await import('#runtime/heap')).giveHeapRoom()"
const MISSPELT = "(await import('node:v8')).setFlagsFromString('--heap-growing-percents=300')"

// V8 does not tell a program that it does not know a flag: it prints a line and goes on without.
t.test('this runtime knows the flag that gives a heap room', async (t) => {
  const printed = async (script: string) => {
    const args = ['--input-type=module', '--eval', script]
    const { stderr } = await promisify(execFile)(process.execPath, args, {
      cwd: import.meta.dirname,
    })
    return stderr
  }
  t.equal(await printed(GIVE_ROOM), '')
  t.match(await printed(MISSPELT), /unrecognized flag/, 'control')
})
