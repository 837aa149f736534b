import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import path from 'node:path'
import t from 'tap'
import { exportEvidence } from '#cli/space/export-evidence'
import { ask } from '#sdk/ask'
import { type CanaryForm, canaryForms, findCanaries } from '#test/support/canary'
import { folderBytes } from '#test/support/folder-bytes'
import { findInMemory } from '#test/support/process-memory'
import { openRecordingProxy, type RecordingProxy } from '#test/support/recording-proxy'
import { dumpTables } from '#test/support/table-dump'
import { TINY } from '#test/support/tiny-policies'
import { csvOf, firmsOf } from '#test/support/tiny-rows'
import { openTinySpace, type TinySpace } from '#test/support/tiny-space'

const AMOUNT = { name: 'amount', text: '98765432109' }
const CODE = { name: 'uscc', text: '91370103MA3TREES7P' }
const NAME = { name: 'name', text: '泉城趵突食品有限公司' }
const FORMS = [AMOUNT, CODE, NAME].flatMap(canaryForms)

const [first, ...others] = firmsOf('binzhou')
const planted = { ...first, uscc: CODE.text, name: NAME.text, fen: BigInt(AMOUNT.text) }
const rows = {
  jinan: firmsOf('jinan'),
  qingdao: firmsOf('qingdao'),
  binzhou: [{ section: 'C', size: 'small', ...planted }, ...others],
}

/** A tiny space in which everybody reaches the gateway through a proxy that keeps every byte. */
function openRecordedSpace(proxy: RecordingProxy): Promise<TinySpace> {
  const configure = (_: string, value: Record<string, unknown>) => {
    const { gateway } = value
    const urls: unknown = Reflect.get(Object(gateway), 'urls')
    if (!Array.isArray(urls)) return value
    proxy.lead(String(urls[0]))
    return { ...value, gateway: { ...Object(gateway), urls: [proxy.url] } }
  }
  return openTinySpace({ rows, configure })
}

/** One answer, and as many kinds of refusal as there are; what the bank was told of them. */
async function useSpace(tiny: TinySpace): Promise<Buffer[]> {
  const { answer } = await ask(tiny.bank, await tiny.question())
  const question = await tiny.question()
  const { contract, query } = question
  const section = { column: 'section', operator: 'eq', value: 'F' } as const
  const wrong = [
    await tiny.question({ where: [section] }),
    { ...question, contract: { ...contract, digest: `sha256-${'0'.repeat(64)}` } },
    { ...question, query: { ...query, product: 'urn:baotu:product:none' } },
    { ...question, scenario: 'urn:bt:scenario:other' },
  ]
  const spelt = (_: string, value: unknown) => (typeof value === 'bigint' ? `${value}` : value)
  const told = [Buffer.from(JSON.stringify(answer, spelt))]
  const refusal = async (asked: typeof question) => {
    const error: unknown = await ask(tiny.bank, asked).catch((cause: unknown) => cause)
    const { message, problem } = Object(error)
    told.push(Buffer.from(`${message} ${JSON.stringify(problem ?? {})}`))
  }
  for (const asked of wrong) await refusal(asked)
  // The engine that reads this row would quote it.
  const file = tiny.rowsFile('binzhou')
  const text = csvOf(rows.binzhou)
  writeFileSync(file, text.replace(AMOUNT.text, `${AMOUNT.text}x`))
  await refusal(question)
  writeFileSync(file, text)
  return told
}

interface Place {
  readonly name: string
  readonly look: () => Promise<Buffer> | Buffer
  /** Leaks all forms at this place, by the way in which they would get there. */
  readonly plant: (forms: readonly CanaryForm[]) => Promise<void> | void
}

function placesOf(
  tiny: TinySpace,
  proxy: RecordingProxy,
  told: Buffer[],
  evidence: string,
): Place[] {
  const { state, select } = tiny
  const log = path.join(state.path, 'parties.log')
  const all = (forms: readonly CanaryForm[]) => {
    return Buffer.concat(forms.flatMap(({ bytes }) => [bytes, Buffer.from('\n')]))
  }
  const database = (did: string): Place => ({
    name: `database of ${did}`,
    look: () => dumpTables(tiny, did),
    plant: async (forms) => {
      const hex = all(forms).toString('hex')
      await select(did, `create table leak as select decode('${hex}', 'hex') as bytes`)
    },
  })
  return [
    {
      name: 'log lines of every party',
      look: () => readFileSync(log),
      plant: (forms) => appendFileSync(log, all(forms)),
    },
    {
      name: 'bodies to and from the gateway',
      look: () => proxy.recorded(),
      plant: async (forms) => {
        const body = all(forms)
        await fetch(`${proxy.url}/queries`, { method: 'POST', body }).catch(() => undefined)
      },
    },
    {
      name: 'what the bank was told',
      look: () => Buffer.concat(told),
      plant: (forms) => void told.push(all(forms)),
    },
    {
      name: 'exported evidence',
      look: () => folderBytes(evidence),
      plant: (forms) => writeFileSync(path.join(evidence, 'leak'), all(forms)),
    },
    database(TINY.gateway),
    database(TINY.release),
  ]
}

/** Sends a process a header with a canary and never ends it, so that it is held in memory. */
function halfRequest(url: string, canary: string): Promise<Disposable> {
  const { promise, resolve, reject } = Promise.withResolvers<Disposable>()
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.on('error', reject)
  socket.write(`POST /queries HTTP/1.1\r\nhost: x\r\nx-leak: ${canary}\r\nx-more: `, () => {
    setTimeout(() => resolve({ [Symbol.dispose]: () => void socket.destroy() }), 300)
  })
  return promise
}

t.test('a planted value is nowhere but at its holder', async (t) => {
  await using proxy = await openRecordingProxy()
  await using tiny = await openRecordedSpace(proxy)
  const told = await useSpace(tiny)
  const gatewayUrl = proxy.target()
  const regulator = {
    reader: { role: 'REGULATOR', did: TINY.auditor },
    ciphertexts: true,
  } as const
  const { folder, openings } = await exportEvidence(tiny.space, tiny.state, regulator)
  t.ok(openings > 0, 'even what a regulator is shown holds no value')
  const image = (party: 'gateway' | 'release') => {
    return findInMemory(tiny.crew.process(party).pid, FORMS)
  }
  if (image('gateway') === undefined) {
    t.comment('skipped: this system does not let one process read the memory of another')
  } else {
    t.same(image('gateway'), [], 'core image of the gateway: nothing')
    t.same(image('release'), [], 'core image of the release authority: nothing')
    using _held = await halfRequest(gatewayUrl, `${AMOUNT.text} ${CODE.text}`)
    t.match(image('gateway'), ['amount/raw', 'uscc/raw'], 'positive control')
  }
  for (const { name, look, plant } of placesOf(tiny, proxy, told, folder)) {
    const bytes = await look()
    t.ok(bytes.length > 200, `${name}: ${bytes.length} bytes`)
    t.same(findCanaries(bytes, FORMS), [], `${name}: nothing`)
    await plant(FORMS)
    t.same(findCanaries(await look(), FORMS).length, FORMS.length, `${name}: every form is found`)
  }
  const own = folderBytes(path.dirname(tiny.rowsFile('binzhou')))
  t.match(findCanaries(own, FORMS), ['amount/raw', 'uscc/raw', 'name/raw'], 'at its holder it is')
})
