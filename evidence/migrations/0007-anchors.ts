/**
 * `evidence_anchor`: the checkpoints that were anchored in chains outside, each with the proof as
 * the chain gave it. The log holds their digests; these are what a reader checks them by.
 */
export const anchorsMigration = `
create table evidence_anchor (
  space_id text not null,
  chain text not null,
  size bigint not null check (size > 0),
  note text not null,
  proof bytea not null,
  primary key (space_id, chain, size)
);
`
