import { pino } from 'pino'
import t from 'tap'
import { openLog } from '#runtime/log'
import { COMMON_FIELDS } from '#runtime/log-fields'

const CANARY = '91370100MA3TF1X42K'
const clock = { now: () => 1_700_000_000_000 }

function capture(fields = {}) {
  const lines: string[] = []
  const destination = { write: (line: string) => lines.push(line) }
  return { lines, log: openLog({ party: 'gateway', clock, fields, destination }) }
}

function failure(): Error {
  const cause = new Error(`duplicate key (${CANARY})`)
  const error = new TypeError(`row ${CANARY}\n    at leak (/tmp/${CANARY}.ts:1:1)`, { cause })
  return Object.assign(error, { code: '23505', detail: CANARY, rows: [CANARY] })
}

// Every way a value could reach a line, each on a logger with pino's public interface.
const leaks: [name: string, leak: (log: pino.Logger) => void][] = [
  ['an undeclared field', (log) => log.info({ creditCode: CANARY }, 'read')],
  ['a declared name of another shape', (log) => log.info({ code: `x ${CANARY}` }, 'read')],
  ['a number field holding text', (log) => log.info({ count: CANARY }, 'read')],
  ['an object under a declared name', (log) => log.info({ sessionId: { CANARY } }, 'read')],
  ['the message', (log) => log.info(`read ${CANARY}`)],
  ['the message after fields', (log) => log.info({ count: 1 }, `read ${CANARY}`)],
  ['a placeholder', (log) => log.info('read %s', CANARY)],
  ['a placeholder after fields', (log) => log.info({ count: 1 }, 'read %s', CANARY)],
  ['an error', (log) => log.error(failure())],
  ['an error as a field', (log) => log.error({ err: failure() }, 'failed')],
  ['an error under another name', (log) => log.error({ failure: failure() }, 'failed')],
  ['a child', (log) => log.child({ row: CANARY }).info('read')],
  [
    'a child set later',
    (log) => {
      const child = log.child({})
      child.setBindings({ row: CANARY })
      child.info('read')
    },
  ],
  ['a name', (log) => log.info({ [CANARY]: 1 }, 'read')],
]

t.test('a planted value is in no line, however it was handed over', async (t) => {
  for (const [name, leak] of leaks) {
    const { lines, log } = capture()
    leak(log)
    t.equal(lines.length, 1, `${name}: one line`)
    t.notMatch(lines.join(''), CANARY, name)
  }
})

t.test('the same calls leak through a logger without the filter', async (t) => {
  for (const [name, leak] of leaks) {
    const lines: string[] = []
    leak(pino({ base: null }, { write: (line: string) => lines.push(line) }))
    t.match(lines.join(''), CANARY, name)
  }
})

t.test('ids, codes and counts are kept, and what was dropped is counted', async (t) => {
  const { lines, log } = capture({ holders: 'number' })
  log.info(
    { sessionId: 's-1', holders: 3, recipient: 'did:web:tax.jinan.example', x: 1, y: 2 },
    'plan made',
  )
  t.match(JSON.parse(lines.join('')), {
    level: 'info',
    time: 1_700_000_000_000,
    party: 'gateway',
    sessionId: 's-1',
    holders: 3,
    recipient: 'did:web:tax.jinan.example',
    dropped: 2,
    msg: 'plan made',
  })
})

t.test('an error keeps its class, code, frames and causes', async (t) => {
  const { lines, log } = capture()
  log.error(failure(), 'write failed')
  const { err } = JSON.parse(lines.join(''))
  t.match(err, { type: 'TypeError', code: '23505', cause: { type: 'Error' } })
  t.match(err.frames[0], /^failure \(test\/runtime\/log\.test\.ts:\d+:\d+\)$/)
})

t.test('a party cannot widen a common field', async (t) => {
  const { lines, log } = capture({ code: 'id' })
  log.info({ code: CANARY.toLowerCase() }, 'read')
  t.notMatch(lines.join(''), CANARY.toLowerCase())
  t.equal(COMMON_FIELDS.code, 'code')
})
