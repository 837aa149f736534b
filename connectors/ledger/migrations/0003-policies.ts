/** The holder's own policies as its log was told of them, and whether they are in force. */
export const policiesMigration = `
create table known_policy (
  space_id text not null,
  digest text not null,
  policy text,
  is_enabled boolean not null,
  primary key (space_id, digest)
);
`
