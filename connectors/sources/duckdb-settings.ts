import type { EngineSettings } from './duckdb-messages.ts'

/**
 * The statements that lock an engine down, in the order that holds: first what it may open, then
 * that it may open nothing else, and the lock last, since a lock before would keep these out too.
 */
export function engineSettings({ paths, threads, memoryMb }: EngineSettings): readonly string[] {
  return [
    `SET allowed_paths = [${paths.map(quoted).join(', ')}]`,
    `SET memory_limit = '${integer(memoryMb)}MB'`,
    // Rows never touch a disk: a limit on the size of spills still makes the folder for them.
    `SET temp_directory = ''`,
    `SET threads = ${integer(threads)}`,
    'SET preserve_insertion_order = false',
    `SET TimeZone = 'UTC'`,
    'SET autoinstall_known_extensions = false',
    'SET autoload_known_extensions = false',
    'SET allow_community_extensions = false',
    'SET enable_external_access = false',
    'SET lock_configuration = true',
  ]
}

function integer(value: number): string {
  if (!Number.isSafeInteger(value) || value < 1) throw new RangeError('a positive integer')
  return String(value)
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
