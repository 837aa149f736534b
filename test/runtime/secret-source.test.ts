import { mkdtempSync, rmSync } from 'node:fs'
import { chmod, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { env } from 'node:process'
import t from 'tap'
import { readSecret, secretFromEnv, secretText } from '#runtime/secret-source'

const PLANTED = 'correct horse'

const all = mkdtempSync(path.join(tmpdir(), 'baotu-secret-'))
t.teardown(() => rmSync(all, { recursive: true }))

async function secretFile(text: string, mode: number) {
  const folder = await mkdtemp(path.join(all, 'one-'))
  await writeFile(path.join(folder, 'key'), text, { mode: 0o600 })
  await chmod(path.join(folder, 'key'), mode)
  return folder
}

t.test('a private file gives its text without the last line break', async (t) => {
  for (const text of [PLANTED, `${PLANTED}\n`, `${PLANTED}\r\n`]) {
    const secret = await readSecret({ file: 'key' }, await secretFile(text, 0o600))
    t.equal(secretText(secret), PLANTED)
    t.equal(`${secret} ${JSON.stringify({ secret })}`, '[secret] {"secret":"[secret]"}')
  }
})

t.test('nothing stands in for a secret that is not there', async (t) => {
  const message = /^(?!.*horse)/
  const open = await secretFile(PLANTED, 0o640)
  await t.rejects(readSecret({ file: 'key' }, open), { code: 'SECRET_FILE_OPEN', message })
  await t.rejects(readSecret({ file: 'key' }, await secretFile('\n', 0o600)), {
    code: 'SECRET_UNSET',
  })
  await t.rejects(readSecret({ file: 'no' }, open), { code: 'SECRET_FILE_UNREADABLE' })
  await t.rejects(readSecret({ env: 'BAOTU_TEST_NOT_SET' }, open), { code: 'SECRET_UNSET' })
  Object.assign(env, { BAOTU_TEST_EMPTY: '' })
  t.throws(() => secretFromEnv('BAOTU_TEST_EMPTY'), { code: 'SECRET_UNSET' })
})

t.test('a variable gives its text', async (t) => {
  Object.assign(env, { BAOTU_TEST_SECRET: PLANTED })
  t.equal(secretText(secretFromEnv('BAOTU_TEST_SECRET')), PLANTED)
})
