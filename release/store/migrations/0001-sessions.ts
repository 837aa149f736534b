/** `release_session`: one row a session of this authority; see schema.ts for its states. */
export const sessionsMigration = `
create table release_session (
  space_id text not null,
  invitation text not null,
  sid text not null,
  state text not null check (state in ('opened', 'confirmed', 'released', 'void')),
  opening text not null,
  transcript text,
  confirmation text,
  outcome text,
  result bytea,
  audit bytea,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  primary key (space_id, invitation),
  unique (space_id, sid),
  check ((state = 'opened') = (confirmation is null) or state = 'void'),
  check ((state in ('released', 'void')) = (outcome is not null)),
  check ((state = 'released') = (result is not null and audit is not null))
);
`
