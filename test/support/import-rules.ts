import { closureOf, folderOf, importsOf, isOurs, pathTo, type Sources } from './import-graph.ts'
import { CRYPTO_GROUND, IMPORT_TABLE, OUTSIDE_THE_TABLE, PACKAGE_OWNERS } from './import-table.ts'

/** Every breach of the import table, one line each. Empty means that the house is in order. */
export function importBreaches(sources: Sources): string[] {
  const files = [...sources.keys()]
  const folders = new Set(files.map(folderOf))
  const unlisted = [...folders].filter((folder) => !isListed(folder))
  return [
    ...unlisted.map((folder) => `${folder}/ is not in the import table`),
    ...files
      .filter((file) => IMPORT_TABLE[folderOf(file)])
      .flatMap((file) => breachesOf(file, sources)),
  ]
}

function isListed(folder: string): boolean {
  return Object.hasOwn(IMPORT_TABLE, folder) || OUTSIDE_THE_TABLE.includes(folder)
}

function breachesOf(file: string, sources: Sources): string[] {
  const rule = IMPORT_TABLE[folderOf(file)]
  if (rule === undefined) return []
  const { named } = importsOf(file, sources.get(file) ?? '')
  const direct = named.flatMap((target) => {
    if (!isOurs(target)) return packageBreach(file, target)
    if (!mayName(file, target)) return [`${file} names ${target}`]
    return isThere(target, sources) || file.startsWith('test/')
      ? []
      : [`${file} names no file: ${target}`]
  })
  const indirect = closureOf(file, sources).filter((target) => !mayLoad(file, target))
  return [
    ...direct,
    ...indirect.map((target) => `${file} loads ${pathTo(file, target, sources).join(' > ')}`),
  ]
}

function isThere(target: string, sources: Sources): boolean {
  return sources.has(target) || target.endsWith('.json')
}

function mayName(file: string, target: string): boolean {
  const rule = IMPORT_TABLE[folderOf(file)]
  const [own, folder] = [folderOf(file), folderOf(target)]
  if (rule === undefined || own === folder) return true
  if (folder !== 'crypto') return rule.folders.includes(folder) || rule.folders.includes('*')
  return [...CRYPTO_GROUND, ...rule.crypto].some((pattern) => matches(pattern, target))
}

function mayLoad(file: string, target: string): boolean {
  const rule = IMPORT_TABLE[folderOf(file)]
  const [own, folder] = [folderOf(file), folderOf(target)]
  if (rule === undefined || own === folder) return true
  if (folder === 'crypto') return !rule.never.some((pattern) => matches(pattern, target))
  return rule.folders.includes(folder) || rule.folders.includes('*')
}

function packageBreach(file: string, target: string): string[] {
  const owners = PACKAGE_OWNERS[target]
  if (owners === undefined || file.startsWith('test/')) return []
  return owners.some((owner) => file.startsWith(`${owner}/`)) ? [] : [`${file} names ${target}`]
}

function matches(pattern: string, target: string): boolean {
  const name = target.replace(/^crypto\//, '').replace(/\.ts$/, '')
  if (pattern === '*') return true
  return pattern.endsWith('/*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern
}
