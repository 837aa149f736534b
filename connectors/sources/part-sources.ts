import path from 'node:path'
import { MappingError } from '#connectors/mapping/errors'
import { loadMapping, type Mapping } from '#connectors/mapping/read-mapping'
import type { Product } from '#protocol/messages/product'
import type { AggregateQuestion, GroupPart } from '#protocol/plans/aggregate-question'
import { type Clock, systemClock } from '#runtime/clock'
import type { ConnectorConfig } from '../config.ts'
import type { PartSource } from '../desk.ts'
import { ConnectorError } from '../errors.ts'
import { SourceError } from './errors.ts'
import { openSource } from './open-source.ts'
import type { Source } from './source.ts'

/** All sources of a connector, by product and part. */
export interface PartSources extends AsyncDisposable {
  of(product: string, part: string): PartSource | undefined
}

/**
 * Opens and checks the source of every part in the connector's configuration; a mapping that does
 * not fit its data stops the start. @throws MappingError, SourceError, ConnectorError
 */
export async function openPartSources(
  { sources }: Pick<ConnectorConfig, 'sources'>,
  folder: string,
  products: readonly Product[],
  clock: Clock = systemClock,
): Promise<PartSources> {
  await using owned = new AsyncDisposableStack()
  const opened = new Map<string, CurrentSource>()
  for (const { product: urn, part, mapping: file } of sources) {
    const product = products.find((candidate) => candidate.product === urn)
    const mappingPath = path.resolve(folder, file)
    const mapping = await loadMapping(mappingPath)
    if (product === undefined) throw notHeld(`the authority lists no product ${urn}`)
    if (opened.has(`${urn} ${part}`)) throw notHeld(`part \`${part}\` of ${urn} has two sources`)
    if (mapping.part !== part) {
      throw notHeld(`${mappingPath} is of part \`${mapping.part}\`, not of \`${part}\``)
    }
    const source = new CurrentSource({ mapping, product, mappingPath, clock })
    opened.set(`${urn} ${part}`, owned.use(source))
    await source.version().catch((error: unknown) => {
      throw withPlace(error, mappingPath)
    })
  }
  const running = owned.move()
  return {
    of: (product, part) => opened.get(`${product} ${part}`),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

function notHeld(text: string): ConnectorError {
  return new ConnectorError('PART_NOT_HELD', text)
}

// A holder has a mapping for every part: what is told at the start names the one it is about.
function withPlace(error: unknown, mappingPath: string): unknown {
  if (error instanceof MappingError) {
    const [head = ''] = error.message.split('\n')
    return new MappingError(error.code, `${mappingPath}: ${head}`, error.problems)
  }
  if (!(error instanceof SourceError)) return error
  return new SourceError(error.code, `${mappingPath}: ${error.message}`)
}

interface Opening {
  readonly mapping: Mapping
  readonly product: Product
  readonly mappingPath: string
  readonly clock: Clock
}

/**
 * A part's source that follows its data: when the data has moved on, the next `version` checks the
 * new data and names it. A run in between refuses, since its advert named the old.
 */
class CurrentSource implements PartSource, AsyncDisposable {
  readonly #opening: Opening
  #source: Promise<Source> | undefined

  constructor(opening: Opening) {
    this.#opening = opening
  }

  async version(): Promise<string> {
    const source = await this.#current()
    try {
      return await source.version()
    } catch (error) {
      if (!(error instanceof SourceError) || error.code !== 'SOURCE_CHANGED') throw error
      await this.#leave(source)
      return await (await this.#current()).version()
    }
  }

  async run(question: AggregateQuestion, deadlineMs: number): Promise<readonly GroupPart[]> {
    return await (await this.#current()).run(question, { deadlineMs })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const source = await this.#source?.catch(() => undefined)
    if (source !== undefined) await this.#leave(source)
  }

  #current(): Promise<Source> {
    if (this.#source === undefined) {
      const opening = openSource(this.#opening)
      this.#source = opening
      opening.catch(() => {
        this.#source = undefined
      })
    }
    return this.#source
  }

  // Another call may have left it already.
  async #leave(source: Source): Promise<void> {
    if ((await this.#source) === source) this.#source = undefined
    await source[Symbol.asyncDispose]()
  }
}
