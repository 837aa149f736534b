/**
 * `evidence_split`: two signed checkpoints of another log that do not belong to one history, as
 * this party was shown them. Until an operator settles it, that log is not trusted here.
 */
export const splitsMigration = `
create table evidence_split (
  space_id text not null,
  origin text not null,
  shown_digest text not null,
  held text not null,
  shown text not null,
  settled boolean not null default false,
  primary key (space_id, origin, shown_digest)
);
`
