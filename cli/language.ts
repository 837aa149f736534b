/** The two languages of the house. */
export const LANGUAGES = ['zh', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

export function isLanguage(named: string): named is Language {
  return LANGUAGES.some((language) => language === named)
}

/** The language named on the command line, else that of the system's locale; English otherwise. */
export function languageOf(
  named: string | undefined,
  locale: string = Intl.DateTimeFormat().resolvedOptions().locale,
): Language {
  if (named !== undefined && isLanguage(named)) return named
  return locale.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}
