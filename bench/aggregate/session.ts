import { type Digest, digestOf } from '#crypto/digest'
import { createMaskKeyPair, type MaskKeyPair } from '#crypto/masks'
import { createPadSeed } from '#crypto/pads'
import { systemRandom } from '#crypto/random'
import { Secret } from '#crypto/secret'
import { type KeyPair, keyPairFromSeed, SEED_BYTES } from '#crypto/sign/key-pair'
import { type Controls, DEFAULT_CONTROLS } from '#policies/controls'
import type { Product } from '#protocol/messages/product'
import { planGroupedAggregate } from '#protocol/plans/grouped-aggregate'
import type { Panel, Plan } from '#protocol/plans/plan'
import { benchmarkProduct, QUERY, rosterOf } from './question.ts'

/**
 * What the parties of one session have agreed on, without the papers by which they did: keys and
 * seeds are real and fresh, H is a digest of nothing.
 */
export interface BenchmarkSession {
  readonly product: Product
  readonly plan: Plan
  /** The plan's one panel: a column pooled over all holders. */
  readonly panel: Panel
  readonly transcript: Digest
  readonly controls: Controls
  readonly maskKeys: readonly MaskKeyPair[]
  readonly padSeeds: readonly Secret[]
  readonly bank: KeyPair
  readonly auditor: KeyPair
}

/** A session over `holders` holders, three or more. */
export async function createSession(holders: number): Promise<BenchmarkSession> {
  const product = benchmarkProduct(rosterOf(holders))
  const plan = planGroupedAggregate(QUERY, product)
  const [panel] = plan.panels
  if (panel === undefined) throw new Error('the plan has no panel')
  return {
    product,
    plan,
    panel,
    transcript: digestOf('baotu/benchmark', { holders }),
    controls: DEFAULT_CONTROLS,
    maskKeys: panel.roster.map(() => createMaskKeyPair(systemRandom)),
    padSeeds: panel.roster.map(() => createPadSeed(systemRandom)),
    bank: await sealingPair(),
    auditor: await sealingPair(),
  }
}

async function sealingPair(): Promise<KeyPair> {
  using seed = Secret.random(SEED_BYTES, systemRandom)
  return await keyPairFromSeed('seal', seed)
}
