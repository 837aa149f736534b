import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import t from 'tap'
import { canaryForms, findCanaries } from '#test/support/canary'
import { findInMemory } from '#test/support/process-memory'

const AMOUNT = { name: 'tax', text: '876543210987' }
const CODE = { name: 'uscc', text: '91370103XX0000043P' }
const FORMS = [AMOUNT, CODE].flatMap(canaryForms)

/** Bytes without any pattern of ours: a 64-bit linear congruential stream. */
function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length)
  let state = 0x9e3779b97f4a7c15n
  for (let at = 0; at + 8 <= length; at += 8) {
    state = (state * 6364136223846793005n + 1442695040888963407n) & ((1n << 64n) - 1n)
    bytes.writeBigUInt64LE(state, at)
  }
  return bytes
}

t.test('nothing is found where nothing is', async (t) => {
  t.same(findCanaries(noise(1 << 20), FORMS), [])
})

t.test('a planted leak of each form is found, and named', async (t) => {
  const clean = noise(1 << 16)
  for (const { name, bytes } of FORMS) {
    const haystack = Buffer.from(clean)
    bytes.copy(haystack, 31_337)
    t.ok(findCanaries(haystack, FORMS).includes(name), name)
  }
  t.ok(FORMS.length >= 60, `${FORMS.length} forms`)
})

const LEAKS: readonly (readonly [string, Buffer | string, RegExp])[] = [
  ['fen in a log line', `{"level":30,"amount":${AMOUNT.text}}`, /^tax\/raw$/],
  ['yuan in a message', 'paid 8765432109.87 yuan', /^tax\/yuan$/],
  ['yuan with thousands marks', 'paid 8,765,432,109.87 yuan', /^tax\/yuan-marked$/],
  ['a number in hexadecimal', `0x${BigInt(AMOUNT.text).toString(16)}`, /^tax\/hex-number$/],
  ['base64 of a row', Buffer.from(`x,${AMOUNT.text},y`).toString('base64'), /^tax\/raw-base64-\d$/],
  [
    'base64url of a row',
    Buffer.from(`ab,${CODE.text},y`).toString('base64url'),
    /^uscc\/raw-base64-\d$/,
  ],
  ['UTF-16 of an identifier', Buffer.from(`<${CODE.text}>`, 'utf16le'), /^uscc\/raw-utf16le$/],
  ['a 64-bit word', int64(BigInt(AMOUNT.text)), /^tax\/int64-le$/],
  ['SHA-256 of an identifier', sha('sha256', CODE.text), /^uscc\/sha256-hex$/],
  ['SM3 of an amount', sha('sm3', AMOUNT.text), /^tax\/sm3-hex$/],
]

for (const [name, leak, expected] of LEAKS) {
  t.test(`${name} is found the way it really leaks`, async (t) => {
    const haystack = Buffer.concat([noise(4096), Buffer.from(leak), noise(4096)])
    t.ok(findCanaries(haystack, FORMS).some((found) => expected.test(found)))
  })
}

t.test('a short number is no canary', async (t) => {
  t.throws(() => canaryForms({ name: 'small', text: '12345' }), RangeError)
})

t.test('the memory of a running process is searched', async (t) => {
  // The child computes its secret, so that it stands in no argument, source or environment.
  const holding = 'const held = [BigInt("876543").toString() + String(210000 + 987)];'
  const clean = await memoryOf('const held = ["nothing"];')
  if (clean === undefined) {
    t.pass('skipped: this system does not let one process read the memory of another')
    return
  }
  t.same(clean, [])
  t.ok((await memoryOf(holding))?.includes('tax/raw'), 'positive control')
})

async function memoryOf(statement: string): Promise<string[] | undefined> {
  const script = `${statement} process.stdout.write(held.length + "\\n"); setInterval(() => held, 1000)`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] })
  try {
    await once(child.stdout, 'data')
    return child.pid === undefined ? undefined : findInMemory(child.pid, FORMS)
  } finally {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
}

function int64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64LE(value)
  return bytes
}

function sha(algorithm: string, text: string): string {
  return createHash(algorithm).update(text).digest('hex')
}
