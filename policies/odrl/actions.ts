/** The actions of the ODRL 2.2 common vocabulary that are not directly included in `use`. */
const INCLUDED_IN: Readonly<Record<string, string | undefined>> = {
  use: undefined,
  transfer: undefined,
  give: 'transfer',
  sell: 'transfer',
  display: 'play',
  extract: 'reproduce',
  write: 'modify',
  append: 'modify',
  appendTo: 'modify',
  writeTo: 'modify',
  copy: 'reproduce',
  export: 'transform',
}

/** Whether a rule on `general` is also about `special` (`includedIn`, any depth). */
export function covers(general: string, special: string): boolean {
  const above = Object.hasOwn(INCLUDED_IN, special) ? INCLUDED_IN[special] : 'use'
  return general === special || (above !== undefined && covers(general, above))
}
