import type { Product } from '#protocol/messages/product'

function title(text: string) {
  return { zh: text, en: text }
}

/** Tax amounts of enterprises, pooled over the three bureaus. */
export const product: Product = {
  product: 'urn:baotu:product:tax',
  version: 1,
  title: title('tax'),
  collections: ['urn:baotu:collection:public-data'],
  disjointUnits: true,
  dimensions: [
    {
      name: 'section',
      title: title('section'),
      categories: [...'ABC'].map((code) => ({ code, title: title(code) })),
    },
    {
      name: 'kind',
      title: title('kind'),
      categories: ['urban', 'county'].map((code) => ({ code, title: title(code) })),
    },
  ],
  grids: [{ name: 'heads', title: title('heads'), cuts: ['10', '100'] }],
  columns: [
    {
      name: 'tax12',
      title: title('tax'),
      part: 'tax',
      kind: 'amount',
      unit: 'fen',
      range: ['0', '1000000000000'],
      level: 3,
    },
    { name: 'arrears', title: title('arrears'), part: 'tax', kind: 'flag', level: 3 },
  ],
  parts: [
    {
      name: 'tax',
      title: title('tax'),
      roster: ['did:web:jinan.example', 'did:web:qingdao.example', 'did:web:binzhou.example'],
      maxUnits: '1000000',
    },
  ],
}
