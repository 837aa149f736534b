/**
 * Salts and values behind salted digests, kept by the party that knows them and never logged.
 * Deleting a row makes its digest say nothing to anyone, for ever: that is how evidence forgets.
 */
export const openingsMigration = `
create table evidence_opening (
  space_id text not null,
  digest text not null,
  label text not null,
  text text not null,
  kind text not null,
  party text,
  erase_after bigint not null,
  primary key (space_id, digest)
);
create index evidence_opening_term on evidence_opening (space_id, erase_after);
`
