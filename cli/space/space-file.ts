import Type, { type Static, type TProperties } from 'typebox'
import { Did, Name, Title, Urn } from '#protocol/messages/primitives'
import { LogKeeping, SecretReference } from '#runtime/party-config'

const Path = Type.String({
  minLength: 1,
  maxLength: 4096,
  description: 'A file, relative to the space file.',
})
const Port = Type.Integer({ minimum: 1, maximum: 65_535 })

function closed<const P extends TProperties>(properties: P, description: string) {
  return Type.Object(properties, { additionalProperties: false, description })
}

const Body = { did: Did, name: Title } as const

/** Where one holder keeps one part of one product, and how its own columns are read. */
export const SpaceSource = closed(
  {
    product: Urn,
    part: Name,
    mapping: Path,
    prepared: Type.Optional(
      Type.Boolean({
        description: 'True: `prepare` writes the data, so its paths are relative to what it wrote.',
      }),
    ),
  },
  'One part of one product at this holder: the mapping says which files or table it is.',
)

/** A data provider (数据提供方): it keeps its rows and answers with ciphertext. */
export const SpaceHolder = closed(
  {
    ...Body,
    region: Name,
    sources: Type.Array(SpaceSource, { minItems: 1, maxItems: 64 }),
    policies: Type.Optional(
      Type.Array(Path, {
        minItems: 1,
        maxItems: 1000,
        description: 'The policies it judges by itself; those of the space where absent.',
      }),
    ),
  },
  'A data provider. Its rows never leave its own process.',
)

/** A data consumer (数据使用方), such as a bank. */
export const SpaceConsumer = closed(
  {
    ...Body,
    kind: Name,
    identityLevel: Type.Integer({ minimum: 1, maximum: 4 }),
    consumerGroup: Name,
    region: Name,
  },
  'A data consumer. Consumers of one group share their budgets.',
)

/**
 * A whole space on one machine: who takes part, which products exist, by which policies. It is
 * split into one configuration file per party (cli/space/split.ts); nothing here is a secret.
 */
export const SpaceFile = closed(
  {
    $schema: Type.Optional(Type.String({ maxLength: 1000 })),
    space: Urn,
    title: Title,
    region: Name,
    authority: closed(Body, 'Signs the directory: participants, keys, products and rosters.'),
    gateway: closed(
      { ...Body, replicas: Type.Optional(Type.Integer({ minimum: 1, maximum: 16 })) },
      'Relays and logs; sees policies and ciphertext, never a row.',
    ),
    release: closed(Body, 'Decrypts pooled sums, judges every group, sees no value.'),
    auditor: closed(Body, 'Checks the evidence and opens the sealed audit copies.'),
    holders: Type.Array(SpaceHolder, { minItems: 1, maxItems: 1024 }),
    consumers: Type.Array(SpaceConsumer, { minItems: 1, maxItems: 1000 }),
    products: Type.Array(Path, { minItems: 1, maxItems: 1000 }),
    policies: Type.Array(Path, { minItems: 1, maxItems: 1000 }),
    database: Type.Optional(
      closed(
        { url: SecretReference },
        'An administrator URL of your PostgreSQL; an embedded server where absent.',
      ),
    ),
    ports: Type.Optional(
      closed(
        {
          authority: Type.Optional(Port),
          gateway: Type.Optional(Type.Array(Port, { minItems: 1, maxItems: 16 })),
        },
        'Fixed ports; free ones where absent. Everything listens on the loopback address.',
      ),
    ),
    ...LogKeeping,
    prepare: Type.Optional(
      closed(
        { module: Path, seed: Type.String({ minLength: 1, maxLength: 200 }) },
        'A module that makes demonstration data once, before the first start.',
      ),
    ),
  },
  'A trusted data space on one machine.',
)

export type SpaceSource = Static<typeof SpaceSource>
export type SpaceHolder = Static<typeof SpaceHolder>
export type SpaceConsumer = Static<typeof SpaceConsumer>
export type SpaceFile = Static<typeof SpaceFile>
