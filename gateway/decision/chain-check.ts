import type { Snapshot } from '#policies/compile'
import type { Directory } from '#protocol/directory'
import type { Role } from '#protocol/messages/directory'
import type { QueryRequest } from '#protocol/messages/query'

/** One link of the chain that a request hangs on (链路核验). */
export interface ChainLink {
  readonly link: 'participant' | 'product' | 'contract' | 'holder'
  /** The DID or URN that the link is about. */
  readonly id: string
  /** Undefined where the link holds; else why not. */
  readonly fault: ChainFault | undefined
}

export type ChainFault =
  | 'PARTICIPANT_UNKNOWN'
  | 'PARTICIPANT_INACTIVE'
  | 'PRODUCT_UNKNOWN'
  | 'CONTRACT_UNKNOWN'
  | 'CONTRACT_DIFFERS'

/** What the chain is checked against. */
export interface ChainGround {
  readonly directory: Directory
  readonly snapshot: Snapshot
  readonly gateway: string
  readonly release: string
  readonly auditor: string
}

/**
 * Checks every link of a request: its parties are active, its product is listed, its contract is
 * known here by the digest that the consumer signed, and every holder of every roster is active.
 * All links are answered, so that whoever must mend them sees them at once.
 */
export function checkChain(request: QueryRequest, ground: ChainGround): ChainLink[] {
  const { directory, gateway, release, auditor } = ground
  const active = (link: ChainLink['link'], id: string, role: Role): ChainLink => {
    return { link, id, fault: faultOf(() => directory.participant(id, role)) }
  }
  return [
    active('participant', request.consumer, 'consumer'),
    active('participant', request.deliverTo, 'consumer'),
    active('participant', gateway, 'gateway'),
    active('participant', release, 'release'),
    active('participant', auditor, 'auditor'),
    { link: 'contract', id: request.contract.id, fault: contractFault(request, ground.snapshot) },
    ...productLinks(request, directory).flatMap((link) =>
      typeof link === 'string' ? [active('holder', link, 'holder')] : [link],
    ),
  ]
}

// The product's own link, then the DIDs of its rosters.
function productLinks({ query }: QueryRequest, directory: Directory): (ChainLink | string)[] {
  const id = query.product
  const product = directory.products.find((listed) => listed.product === id)
  if (product === undefined) return [{ link: 'product', id, fault: 'PRODUCT_UNKNOWN' }]
  const holders = new Set(product.parts.flatMap(({ roster }) => roster))
  return [{ link: 'product', id, fault: undefined }, ...holders]
}

function contractFault({ contract }: QueryRequest, { policies }: Snapshot): ChainFault | undefined {
  const known = policies.get(contract.id)?.policy
  if (known?.layer !== 'contract') return 'CONTRACT_UNKNOWN'
  return known.digest === contract.digest ? undefined : 'CONTRACT_DIFFERS'
}

function faultOf(look: () => unknown): ChainFault | undefined {
  try {
    look()
    return undefined
  } catch (error) {
    const code: unknown = Reflect.get(Object(error), 'code')
    return code === 'PARTICIPANT_INACTIVE' ? 'PARTICIPANT_INACTIVE' : 'PARTICIPANT_UNKNOWN'
  }
}
