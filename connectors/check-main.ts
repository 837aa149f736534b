import { bindMapping } from '#connectors/mapping/bind-mapping'
import { loadMapping } from '#connectors/mapping/read-mapping'
import { Product } from '#protocol/messages/product'
import { loadConfig } from '#runtime/config'
import { failureLine } from '#runtime/start-failure'
import { ConnectorError } from './errors.ts'

/** A source as a space file names it; both files by absolute path. */
interface NamedSource {
  readonly product: string
  readonly part: string
  readonly mapping: string
}

// Fits mappings to their products without looking at data: a JSON list of sources is the one
// argument. Says what is wrong, one source after the other; exits with 2 where anything is.
if (import.meta.main) {
  const sources: readonly NamedSource[] = JSON.parse(process.argv[2] ?? '[]')
  for (const source of sources) {
    const fault = await faultOf(source)
    if (fault === undefined) continue
    process.stdout.write(`${source.mapping}: ${fault}\n`)
    process.exitCode = 2
  }
}

async function faultOf({ product, part, mapping: file }: NamedSource): Promise<string | undefined> {
  try {
    const mapping = await loadMapping(file)
    if (mapping.part !== part) {
      const text = `it is of part \`${mapping.part}\`, not of \`${part}\``
      throw new ConnectorError('PART_NOT_HELD', text)
    }
    bindMapping(mapping, await loadConfig(product, Product))
    return undefined
  } catch (error) {
    return failureLine(error)
  }
}
