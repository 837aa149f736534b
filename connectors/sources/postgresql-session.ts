import { Client, type ClientConfig, DatabaseError } from 'pg'
import { SourceError } from './errors.ts'
import type { Statement } from './sql.ts'

export type Rows = readonly (readonly (string | null)[])[]

/** Asks within one snapshot. */
export type Ask = (statement: Statement) => Promise<Rows>

/**
 * One read-only transaction over one snapshot of the database, on a connection of its own. Settings
 * that would change how a value is written as text are fixed, and only the system's own functions
 * are in reach.
 */
export class PostgresqlSession implements AsyncDisposable {
  readonly #client: Client
  readonly #config: ClientConfig
  readonly #open: Set<PostgresqlSession>

  private constructor(client: Client, config: ClientConfig, open: Set<PostgresqlSession>) {
    this.#client = client
    this.#config = config
    this.#open = open
  }

  /**
   * `timeoutMs` bounds each statement at the server; the session stands in `open` for as long as it
   * lives. Throws `SOURCE_UNREACHABLE`.
   */
  static async begin(
    url: string,
    timeoutMs: number | undefined,
    open: Set<PostgresqlSession>,
  ): Promise<PostgresqlSession> {
    const config = {
      connectionString: url,
      application_name: 'baotu-connector',
      connectionTimeoutMillis: 10_000,
    }
    const client = new Client(config)
    client.on('error', () => undefined)
    try {
      await client.connect()
      await client.query(beginning(timeoutMs))
    } catch (error) {
      await client.end().catch(() => undefined)
      const code = codeOf(error)
      const reason = CONNECTING[code] ?? 'the connection fails'
      throw new SourceError('SOURCE_UNREACHABLE', `PostgreSQL ${code}: ${reason}`)
    }
    const session = new PostgresqlSession(client, config, open)
    open.add(session)
    return session
  }

  /** Throws `SOURCE_DEADLINE`, `SOURCE_ROLE`, `SOURCE_ENGINE`; never the server's own message. */
  readonly ask: Ask = async ({ text, values }) => {
    try {
      const query = { text, values: [...values], rowMode: 'array' }
      const { rows } = await this.#client.query<(string | null)[]>(query)
      return rows
    } catch (error) {
      throw translated(error)
    }
  }

  /** Stops what is running, at the server too. */
  cancel(): void {
    const { processID } = this.#client as Client & { readonly processID?: number }
    this.#client.end().catch(() => undefined)
    if (processID !== undefined) void cancelBackend(this.#config, processID)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#open.delete(this)
    await this.#client.end().catch(() => undefined)
  }
}

// What the operator can mend, of what goes wrong before the first statement.
const CONNECTING: Readonly<Record<string, string>> = {
  '28P01': 'the role or its password is refused',
  '28000': 'the server lets this role not in',
  '3D000': 'there is no such database',
  ECONNREFUSED: 'nothing listens at this address',
  ENOTFOUND: 'there is no such host',
  ETIMEDOUT: 'the server does not answer',
}

function beginning(timeoutMs = 0): string {
  return `
    SET default_transaction_read_only = on;
    BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
    SET LOCAL statement_timeout = ${Math.max(0, Math.ceil(timeoutMs))};
    SET LOCAL search_path = pg_catalog;
    SET LOCAL standard_conforming_strings = on;
    SET LOCAL DateStyle = 'ISO, YMD';
    SET LOCAL TimeZone = 'UTC';
    SET LOCAL extra_float_digits = 1;
    SET LOCAL jit = off`
}

async function cancelBackend(config: ClientConfig, processId: number): Promise<void> {
  const client = new Client(config)
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query('SELECT pg_cancel_backend($1)', [processId])
  } catch {
    // The statement's own timeout ends it all the same.
  } finally {
    await client.end().catch(() => undefined)
  }
}

function translated(error: unknown): SourceError {
  const code = codeOf(error)
  if (code === '57014') return new SourceError('SOURCE_DEADLINE', 'PostgreSQL: 57014')
  if (code === '42501') return new SourceError('SOURCE_ROLE', 'the role may not read the relation')
  return new SourceError('SOURCE_ENGINE', `PostgreSQL: ${code}`)
}

// An SQLSTATE or a system's error code: never a message, which may quote a value.
function codeOf(error: unknown): string {
  if (error instanceof DatabaseError) return error.code ?? 'no code'
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && /^[A-Z0-9_]{1,40}$/.test(code) ? code : 'connection lost'
}
