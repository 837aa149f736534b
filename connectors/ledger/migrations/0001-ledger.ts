/** The holder's ledger; see schema.ts for what each table means. Nothing here leaves the holder. */
export const ledgerMigration = `
create table ledger_session (
  space_id text not null,
  invitation text not null,
  sid text not null,
  request text not null,
  contract text not null,
  consumer text not null,
  consumer_group text,
  state text not null check (state in ('reserved', 'submitted', 'void')),
  advert text not null,
  transcript text,
  submission text,
  void text,
  reserved_at timestamptz not null,
  created_at timestamptz not null default now(),
  primary key (space_id, invitation),
  unique (space_id, sid),
  check (state <> 'submitted' or (transcript is not null and submission is not null)),
  check ((state = 'void') = (void is not null))
);
create table ledger_reservation (
  space_id text not null,
  invitation text not null,
  counter text not null,
  amount bigint not null check (amount >= 0),
  window_ms bigint,
  reserved_at timestamptz not null,
  primary key (space_id, invitation, counter),
  foreign key (space_id, invitation) references ledger_session
);
create index ledger_reservation_counter on ledger_reservation (space_id, counter, reserved_at);
create table ledger_cohort (
  space_id text not null,
  invitation text not null,
  part text not null,
  product text not null,
  dataset text not null,
  cohorts text not null,
  columns text[] not null,
  primary key (space_id, invitation, part),
  foreign key (space_id, invitation) references ledger_session
);
create table ledger_veto (
  space_id text not null,
  invitation text not null,
  part text not null,
  group_index integer not null check (group_index >= 0),
  rule text not null,
  primary key (space_id, invitation, part, group_index),
  foreign key (space_id, invitation) references ledger_session
);
create table ledger_ciphertext (
  space_id text not null,
  invitation text not null,
  position integer not null check (position >= 0),
  digest text not null,
  bytes bytea not null,
  primary key (space_id, invitation, position),
  foreign key (space_id, invitation) references ledger_session
);
`
