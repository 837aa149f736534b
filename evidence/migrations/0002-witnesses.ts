/**
 * `evidence_witnessed`: what this party, as a witness, last cosigned of each other log.
 * `evidence_cosigned`: checkpoints of its own log with the witnesses' lines.
 */
export const witnessesMigration = `
create table evidence_witnessed (
  space_id text not null,
  origin text not null,
  size bigint not null check (size >= 0),
  note text not null,
  primary key (space_id, origin)
);
create table evidence_cosigned (
  space_id text not null,
  size bigint not null check (size >= 0),
  note text not null,
  primary key (space_id, size)
);
`
