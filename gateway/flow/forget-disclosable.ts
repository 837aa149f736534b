import { type GatewayDesk, instant } from '../gateway-desk.ts'
import type { GatewayTransaction } from '../store/schema.ts'

/**
 * Erases openings whose term is over and says so in the log. The signed papers that they were made
 * of go too: what was asked and under which reference is then known here to nobody.
 */
export async function forgetDisclosable(desk: GatewayDesk, tx: GatewayTransaction): Promise<void> {
  const before = desk.clock.now()
  const openings = await desk.openings.erase(tx, before)
  await desk.queries.forgetPapers(tx, instant(desk, -desk.timing.disclosableMs))
  if (openings > 0) await desk.journal.append(tx, { type: 'evidence.erased', openings, before })
}
