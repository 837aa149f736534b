import { writeFile } from 'node:fs/promises'
import t from 'tap'
import { openPartSources } from '#connectors/sources/part-sources'
import { contractProduct, meantRows, questions, reference } from '#test/contract/source-rows'
import { csvMapping, writeCsv } from './written-rows.ts'

const { product } = contractProduct
const rows = meantRows(40)

t.test('parts follow their data: a new version for a new advert, none in between', async (t) => {
  const folder = t.testdir({ 'tax.json': JSON.stringify(csvMapping('rows.csv', { threads: 1 })) })
  await writeCsv(`${folder}/rows.csv`, rows)
  const config = { sources: [{ product, part: 'tax', mapping: 'tax.json' }] }
  await using sources = await openPartSources(config, folder, [contractProduct])
  const [question] = Object.values(questions)
  const source = sources.of(product, 'tax')
  if (source === undefined || question === undefined) throw new Error('the part is not there')
  t.equal(sources.of(product, 'social'), undefined)
  t.equal(sources.of('urn:baotu:product:other', 'tax'), undefined)
  const first = await source.version()
  t.strictSame(await source.run(question, 30_000), reference(rows, question))
  const fewer = rows.slice(1)
  await writeCsv(`${folder}/rows.csv`, fewer)
  await t.rejects(source.run(question, 30_000), { code: 'SOURCE_CHANGED' })
  const [second, same] = await Promise.all([source.version(), source.version()])
  t.not(second, first)
  t.equal(same, second)
  t.strictSame(await source.run(question, 30_000), reference(fewer, question))
  await writeFile(`${folder}/rows.csv`, 'nothing,that\nfits,now\n')
  await t.rejects(source.version(), { code: 'MAPPING_REFUSED' })
  await writeCsv(`${folder}/rows.csv`, rows)
  t.equal(await source.version(), first, 'mended, it answers again')
})

t.test('a configuration that does not fit does not start', async (t) => {
  const folder = t.testdir({ 'tax.json': JSON.stringify(csvMapping('rows.csv', { threads: 1 })) })
  const tax = { product, part: 'tax', mapping: 'tax.json' }
  const refused = async (sources: (typeof tax)[], code: string, message = /./) => {
    await t.rejects(openPartSources({ sources }, folder, [contractProduct]), { code, message })
  }
  await refused([tax], 'SOURCE_MISSING', /tax\.json: no file rows\.csv$/)
  await writeFile(`${folder}/rows.csv`, 'nothing,that\nfits,now\n')
  await refused([tax], 'MAPPING_REFUSED', /tax\.json: the mapping does not fit\n {2}field/)
  await writeCsv(`${folder}/rows.csv`, rows)
  await refused([tax, tax], 'PART_NOT_HELD', /two sources/)
  await refused([{ ...tax, part: 'social' }], 'PART_NOT_HELD', /of part `tax`, not of `social`/)
  const other = { ...tax, product: 'urn:baotu:product:other' }
  await refused([other], 'PART_NOT_HELD', /no product urn:baotu:product:other/)
  await refused([{ ...tax, mapping: 'nowhere.json' }], 'JSON_FILE_UNREADABLE')
})
