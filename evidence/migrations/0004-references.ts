/** Which entries name which digest or tag: made from the entries, and made again when it is lost. */
export const referencesMigration = `
create table evidence_reference (
  space_id text not null,
  value text not null,
  type text not null,
  idx bigint not null,
  primary key (space_id, value, type, idx)
);
create table evidence_indexed (
  space_id text primary key,
  size bigint not null check (size >= 0)
);
`
