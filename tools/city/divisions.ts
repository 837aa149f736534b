/** The three cities of the synthetic province. */
export type CityId = 'jinan' | 'qingdao' | 'binzhou'

/**
 * How a district lies in its city, coarser than the district so that cells stay large:
 * the core, an outer district (区), a county or county-level city (县, 县级市).
 */
export type DistrictKind = 'urban' | 'suburban' | 'county'

/** A district, county or functional zone (区, 县, 功能区). */
export interface Division {
  /** Six digits of GB/T 2260; 370176 is a functional zone without a code of its own there. */
  readonly code: string
  readonly zh: string
  readonly en: string
  readonly kind: DistrictKind
  /** Firms of this division among 1,000 firms of the city: a judgement, not a statistic. */
  readonly weight: number
}

/** A prefecture-level city (地级市). */
export interface City {
  readonly id: CityId
  readonly zh: string
  readonly en: string
  /** First four digits of its division codes. */
  readonly code4: string
  readonly divisions: readonly Division[]
}

type DivisionRow = readonly [string, string, string, DistrictKind, number]

const JINAN: readonly DivisionRow[] = [
  ['370102', '历下区', 'Lixia', 'urban', 170],
  ['370103', '市中区', 'Shizhong', 'urban', 120],
  ['370104', '槐荫区', 'Huaiyin', 'urban', 100],
  ['370105', '天桥区', 'Tianqiao', 'urban', 110],
  ['370112', '历城区', 'Licheng', 'suburban', 150],
  ['370113', '长清区', 'Changqing', 'suburban', 60],
  ['370114', '章丘区', 'Zhangqiu', 'suburban', 75],
  ['370115', '济阳区', 'Jiyang', 'suburban', 40],
  ['370116', '莱芜区', 'Laiwu', 'suburban', 40],
  ['370117', '钢城区', 'Gangcheng', 'suburban', 20],
  ['370124', '平阴县', 'Pingyin', 'county', 30],
  ['370126', '商河县', 'Shanghe', 'county', 35],
  ['370176', '济南高新技术产业开发区', 'Jinan High-tech Zone', 'urban', 50],
]

const QINGDAO: readonly DivisionRow[] = [
  ['370202', '市南区', 'Shinan', 'urban', 130],
  ['370203', '市北区', 'Shibei', 'urban', 150],
  ['370211', '黄岛区', 'Huangdao', 'suburban', 190],
  ['370212', '崂山区', 'Laoshan', 'urban', 80],
  ['370213', '李沧区', 'Licang', 'urban', 90],
  ['370214', '城阳区', 'Chengyang', 'suburban', 110],
  ['370215', '即墨区', 'Jimo', 'suburban', 90],
  ['370281', '胶州市', 'Jiaozhou', 'county', 80],
  ['370283', '平度市', 'Pingdu', 'county', 45],
  ['370285', '莱西市', 'Laixi', 'county', 35],
]

const BINZHOU: readonly DivisionRow[] = [
  ['371602', '滨城区', 'Bincheng', 'urban', 330],
  ['371603', '沾化区', 'Zhanhua', 'suburban', 70],
  ['371621', '惠民县', 'Huimin', 'county', 100],
  ['371622', '阳信县', 'Yangxin', 'county', 80],
  ['371623', '无棣县', 'Wudi', 'county', 80],
  ['371625', '博兴县', 'Boxing', 'county', 140],
  ['371681', '邹平市', 'Zouping', 'county', 200],
]

/** Every city with its divisions in code order. */
export const CITIES: Readonly<Record<CityId, City>> = {
  jinan: cityOf('jinan', '济南', 'Jinan', JINAN),
  qingdao: cityOf('qingdao', '青岛', 'Qingdao', QINGDAO),
  binzhou: cityOf('binzhou', '滨州', 'Binzhou', BINZHOU),
}

/** Narrows text from outside to a city of the table above. */
export function isCityId(text: string): text is CityId {
  return Object.hasOwn(CITIES, text)
}

function cityOf(id: CityId, zh: string, en: string, rows: readonly DivisionRow[]): City {
  const divisions = rows.map(([code, name, english, kind, weight]) => ({
    code,
    zh: name,
    en: english,
    kind,
    weight,
  }))
  return { id, zh, en, code4: rows[0]?.[0].slice(0, 4) ?? '', divisions }
}
