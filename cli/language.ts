/** The two languages of the house. */
export type Language = 'zh' | 'en'

/** The language named on the command line, else that of the system's locale; English otherwise. */
export function languageOf(
  named: string | undefined,
  locale: string = Intl.DateTimeFormat().resolvedOptions().locale,
): Language {
  if (named === 'zh' || named === 'en') return named
  return locale.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}
