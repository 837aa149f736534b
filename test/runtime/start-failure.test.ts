import t from 'tap'
import { ConfigError } from '#runtime/config'
import { failureLine } from '#runtime/start-failure'
import { StoreError } from '#runtime/store/store-error'

const CANARY = '91370100MA3TF1X42K'

t.test('the messages of our errors are shown, of others class and code', async (t) => {
  const foreign = (fields: object) => Object.assign(new TypeError(`row ${CANARY}`), fields)
  const cases: [error: unknown, line: string][] = [
    [new StoreError('MIGRATION_EDITED', '0001-a was edited'), 'MIGRATION_EDITED 0001-a was edited'],
    [
      new ConfigError('CONFIG_INVALID', 'x.json is not valid'),
      'CONFIG_INVALID x.json is not valid',
    ],
    [foreign({}), 'TypeError'],
    [foreign({ code: '23505' }), '23505 TypeError'],
    [foreign({ code: 'ERR_INVALID_URL' }), 'ERR_INVALID_URL TypeError'],
    [foreign({ code: 'A_CODE' }), 'A_CODE TypeError'],
    [foreign({ code: 'UND_ERR_X', name: 'TypeError' }), 'UND_ERR_X TypeError'],
    [foreign({ code: `A_${CANARY} ` }), 'TypeError'],
    [CANARY, 'failed'],
  ]
  for (const [error, line] of cases) t.equal(failureLine(error), line)
})
