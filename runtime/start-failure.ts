/**
 * One failure as the operator who starts a process sees it. Messages of our own errors name places,
 * keys and codes and are shown; of any other, which may hold what a database or a parser was given,
 * only the class and the code.
 */
export function failureLine(error: unknown): string {
  if (!(error instanceof Error)) return 'failed'
  const code: unknown = Reflect.get(error, 'code')
  const shown = typeof code === 'string' && /^\w{1,64}$/.test(code) ? `${code} ` : ''
  return shown + (isOurs(error, shown.trim()) ? error.message : error.constructor.name)
}

// Our classes name themselves as their own property and carry a code of upper-case words; what
// Node, its libraries and PostgreSQL throw fails one of the two.
function isOurs(error: Error, code: string): boolean {
  const isNamed = Object.hasOwn(error, 'name') && error.name === error.constructor.name
  return isNamed && /^[A-Z]+(_[A-Z0-9]+)+$/.test(code) && !/^(ERR|UND_ERR|FST_ERR)_/.test(code)
}
