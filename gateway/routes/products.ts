import Type from 'typebox'
import { productDigest } from '#protocol/directory'
import { DigestText, Strict } from '#protocol/messages/primitives'
import { Product } from '#protocol/messages/product'
import { problemResponse } from '#runtime/http-problem'
import type { HttpServer } from '#runtime/http-server'
import type { GatewayDesk } from '../gateway-desk.ts'
import { EVERYBODY } from './everybody.ts'

const Catalogue = Strict({
  /** Serial of the directory that the authority signed it in. */
  serial: Type.Integer({ minimum: 1 }),
  products: Type.Array(Strict({ digest: DigestText, product: Product })),
})

/** The catalogue (产品目录) as the authority signed it. */
export function addProductRoutes(app: HttpServer, desk: GatewayDesk): void {
  const schema = {
    summary: 'The products of the space',
    response: { 200: Catalogue, ...problemResponse },
  }
  app.get('/products', { schema, config: { roles: EVERYBODY } }, async () => {
    const { serial, products } = await desk.directory.current()
    const listed = products.map((product) => ({ digest: productDigest(product), product }))
    return { serial, products: listed }
  })
}
