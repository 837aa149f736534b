import { dateOf } from '../calendar.ts'
import type { CitySpec } from '../city-spec.ts'
import { Draws } from '../draws.ts'
import { exponential } from '../elementary.ts'
import type { Firm } from '../firm.ts'
import { openFirmNames } from '../firm-names.ts'
import { openLegalRepresentatives } from '../legal-representatives.ts'
import { date, int64, type Row, type Table, text } from '../table.ts'

/** Every enterprise and trader of the city, those struck off included. */
export const enterprise: Table = {
  id: 'samr.enterprise',
  holder: 'samr',
  title: 'register of enterprises and individual traders',
  columns: [
    text('uscc', 1),
    text('name', 1),
    text('ent_type', 1),
    text('section', 1),
    text('industry4', 1, true),
    text('division6', 1),
    date('est_date', 1),
    int64('reg_capital_fen', 1, true),
    text('status', 1),
    text('legal_rep_name', 3),
    text('legal_rep_idno', 4, true),
  ],
  open: openEnterprise,
}

/** Firms that one owner controls: k is counted by group where a holder has this table. */
export const holdingGroup: Table = {
  id: 'samr.holding_group',
  holder: 'samr',
  title: 'members of holding groups',
  columns: [text('uscc', 1), text('group_id', 1)],
  open: () => (firm, rows) => {
    if (firm.groupId !== null) rows.push([firm.uscc, firm.groupId])
  },
}

function openEnterprise(spec: CitySpec): (firm: Firm, rows: Row[]) => void {
  const draws = new Draws(spec.seed, spec.city, 'samr.enterprise')
  const nameOf = openFirmNames(spec)
  const representativeOf = openLegalRepresentatives(spec)
  return (firm, rows) => {
    const { name, idno } = representativeOf(firm.index)
    draws.at(firm.index)
    const capital = capitalFen(firm, draws)
    rows.push([
      firm.uscc,
      nameOf(firm),
      firm.entityType,
      firm.industry.section,
      draws.chance(0.01) ? null : firm.industry4,
      firm.division.code,
      dateOf(firm.establishedDay),
      draws.chance(0.01) ? null : capital,
      firm.status,
      name,
      draws.chance(0.02) ? null : idno,
    ])
  }
}

/** Registered capital is declared in whole ten thousands of yuan (万元). */
function capitalFen(firm: Firm, draws: Draws): number {
  const tenThousands = Math.max(1, Math.round(firm.heads * 20 * exponential(draws.normal())))
  return tenThousands * 1_000_000
}
