import fc from 'fast-check'
import t from 'tap'
import {
  composeUscc,
  hasValidOrganisationCode,
  isUscc,
  organisationCode,
  spoilUscc,
  usccCheckCharacter,
} from '#tools/city/uscc'
import { GOLDEN_FIRMS } from '../../fixtures/golden/golden.ts'

const ALPHABET = [...'0123456789ABCDEFGHJKLMNPQRTUWXY']
const BANK = '91370102XXBANK0187'
const TAX_BUREAU = '11370100XXTAX0010K'

const anyCode = fc
  .record({
    division6: fc.constantFrom('370102', '370285', '371681'),
    number: fc.nat(999_999),
    category: fc.constantFrom('1', '2', '3'),
  })
  .map(({ division6, number, category }) =>
    composeUscc({
      registrar: '9',
      category,
      division6,
      body8: `XX${String(number).padStart(6, '0')}`,
    }),
  )

t.test('the published codes are recomputed', async (t) => {
  const bank = { registrar: '9', category: '1', division6: '370102', body8: 'XXBANK01' }
  const bureau = { registrar: '1', category: '1', division6: '370100', body8: 'XXTAX001' }
  t.equal(composeUscc(bank), BANK)
  t.equal(composeUscc(bureau), TAX_BUREAU)
  for (const [at, { uscc, division6 }] of GOLDEN_FIRMS.entries()) {
    const body8 = `XX${String(at + 1).padStart(6, '0')}`
    t.equal(composeUscc({ registrar: '9', category: '1', division6, body8 }), uscc)
    t.ok(isUscc(uscc) && hasValidOrganisationCode(uscc))
  }
})

t.test(
  'a code that a real system accepts, with a wrong check character, is told apart',
  async (t) => t.notOk(isUscc('91350203M0001QAY9B')),
)

t.test('every change of one character is noticed', async () => {
  const change = fc.record({ at: fc.nat(17), to: fc.constantFrom(...ALPHABET) })
  fc.assert(
    fc.property(anyCode, change, (code, { at, to }) => {
      const changed = `${code.slice(0, at)}${to}${code.slice(at + 1)}`
      return isUscc(code) && isUscc(changed) === (changed === code)
    }),
  )
})

t.test('every swap of neighbours is noticed', async () => {
  fc.assert(
    fc.property(anyCode, fc.nat(16), (code, at) => {
      const [left = '', right = ''] = code.slice(at, at + 2)
      const swapped = `${code.slice(0, at)}${right}${left}${code.slice(at + 2)}`
      return isUscc(swapped) === (swapped === code)
    }),
  )
})

t.test('a spoiled code keeps all but its last character', async (t) => {
  t.equal(spoilUscc(BANK).slice(0, 17), BANK.slice(0, 17))
  t.notOk(isUscc(spoilUscc(BANK)))
  t.ok(hasValidOrganisationCode(spoilUscc(BANK)))
})

t.test('wrong lengths and letters outside the alphabets', async (t) => {
  for (const text of ['', BANK.slice(1), `${BANK}0`, BANK.toLowerCase(), BANK.replace('B', 'I')]) {
    t.notOk(isUscc(text), `length ${text.length}`)
  }
  t.notOk(hasValidOrganisationCode(BANK.replace('BANK', 'BAN-')))
  t.throws(() => usccCheckCharacter('9'), RangeError)
  t.throws(() => organisationCode('XX00000?'), RangeError)
})
