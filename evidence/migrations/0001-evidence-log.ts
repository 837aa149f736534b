/**
 * The log's tables. `evidence_outbox`: appended in callers' transactions, not yet sequenced.
 * `evidence_leaf`: every entry at its index, for ever. `evidence_tile`: hashes, the edge tiles
 * rewritten as they fill. `evidence_head`: size and newest signed checkpoint; one row per log.
 */
export const evidenceLogMigration = `
create table evidence_head (
  space_id text primary key,
  origin text not null,
  size bigint not null check (size >= 0),
  note text not null
);
create table evidence_outbox (
  space_id text not null,
  id bigint generated always as identity,
  body bytea not null,
  leaf_hash bytea not null check (length(leaf_hash) = 32),
  primary key (space_id, id)
);
create table evidence_leaf (
  space_id text not null,
  idx bigint not null check (idx >= 0),
  body bytea not null,
  ticket bigint,
  primary key (space_id, idx)
);
create unique index evidence_leaf_ticket on evidence_leaf (space_id, ticket)
  where ticket is not null;
create table evidence_tile (
  space_id text not null,
  level integer not null check (level between 0 and 63),
  idx bigint not null check (idx >= 0),
  hashes bytea not null check (length(hashes) between 32 and 8192 and length(hashes) % 32 = 0),
  primary key (space_id, level, idx)
);
`
