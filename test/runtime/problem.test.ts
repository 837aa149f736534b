import t from 'tap'
import { languageOf, problemDocument } from '#runtime/problem'
import { RUNTIME_PROBLEMS } from '#runtime/runtime-problems'

t.test('a document is the row of its code in one language', async (t) => {
  t.strictSame(problemDocument(RUNTIME_PROBLEMS, 'RATE_LIMITED', { language: 'zh' }), {
    type: 'urn:baotu:problem:rate-limited',
    status: 429,
    title: '请求过于频繁',
    code: 'RATE_LIMITED',
    hint: '按 Retry-After 等待后重试',
  })
})

t.test('a code without a row is INTERNAL, and so is an inherited name', async (t) => {
  for (const code of ['NOPE', 'constructor', '__proto__', 'toString', '']) {
    const places = [{ in: 'body', pointer: '', rule: 'x' }]
    const problem = problemDocument(RUNTIME_PROBLEMS, code, { language: 'en', places })
    t.match(problem, { code: 'INTERNAL', status: 500, places: undefined })
  }
})

t.test('the language follows Accept-Language', async (t) => {
  const cases: [header: string | undefined, language: string][] = [
    [undefined, 'zh'],
    ['', 'zh'],
    ['*', 'zh'],
    ['fr', 'zh'],
    ['en-GB', 'en'],
    ['fr, EN;q=0.5', 'en'],
    ['en;q=0.5, zh-CN;q=0.6', 'zh'],
    ['zh;q=0.5, en;q=0.9', 'en'],
    ['en;q=0, zh;q=0.1', 'zh'],
    ['en;q=2', 'zh'],
    ['en;q=x', 'zh'],
    [`${'x,'.repeat(300)}en`, 'zh'],
  ]
  for (const [header, language] of cases) t.equal(languageOf(header), language, String(header))
})

t.test('every code of the ground has a refusing status and both languages', async (t) => {
  for (const [code, { status, title, hint }] of Object.entries(RUNTIME_PROBLEMS)) {
    t.ok(status >= 400 && status < 600, code)
    for (const text of [title.zh, title.en, hint.zh, hint.en]) t.not(text, '')
    t.match(title.zh, /\p{Script=Han}/u)
  }
})
