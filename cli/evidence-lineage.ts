import type { Recorded } from '#evidence/entry-index'
import type { Lineage } from '#evidence/lineage'

/** Result ← request ← contract ← product ← dataset, with the record of each, as an indented tree. */
export function lineageTree(lineage: Lineage): string {
  const { delivered, received, contract, products, holders, submitted, job } = lineage
  const registered = new Map(
    holders.flatMap((trace) => trace.registered).map((record) => [record.entry.dataset, record]),
  )
  const datasets = new Set([
    ...products.flatMap(({ entry }) => entry.datasets),
    ...submitted.flatMap(({ entry }) => entry.datasets),
    ...(job?.started?.entry.inputs ?? []),
  ])
  const levels = [
    [line('result', delivered.entry.result, delivered)],
    [line('request', delivered.entry.request, received)],
    [line('contract', contract?.digest, contract?.issued)],
    products.map((product) => line('product', product.entry.product, product)),
    [...datasets].map((dataset) => line('dataset', dataset, registered.get(dataset))),
  ]
  return levels
    .flatMap((lines, depth) => lines.map((text) => `${'  '.repeat(depth)}${text}\n`))
    .join('')
}

function line(kind: string, digest: string | undefined, record: Recorded | undefined): string {
  const place = record ? `  [${record.log} ${record.index}]` : ''
  return `${kind} ${digest ?? '-'}${place}`
}
