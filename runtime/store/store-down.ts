/**
 * Whether a database error says that the server cannot serve now, so that the same call may
 * succeed later: it is gone, starts, ends, is full, or takes no writes.
 */
export function isStoreDown(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code: unknown = Reflect.get(error, 'code')
  if (typeof code === 'string') return DOWN.test(code) || SOCKET.includes(code)
  return DRIVER.some((message) => error.message.startsWith(message))
}

// PostgreSQL's SQLSTATE classes (appendix A): 08 connection, 53 resources (53100 disk full), 58
// system; 57P0x shutdown and start, 57014 statement cancelled; 25006 read-only.
const DOWN = /^(08|53|58)[0-9A-Z]{3}$|^57P0[1-5]$|^57014$|^25006$/
const SOCKET = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']

// What the driver throws without a code.
const DRIVER = [
  'Connection terminated',
  'timeout exceeded when trying to connect',
  'Client has encountered a connection error',
  'Client was closed',
]
