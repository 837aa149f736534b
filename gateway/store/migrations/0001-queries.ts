/**
 * The gateway's tables. What they hold, and when it goes:
 * - `query`: one row a signed request, whatever became of it; kept, it is the idempotency key.
 * - `query_attempt`: one run of the protocol for a request. A `void` one may be followed by the
 *   next; `deadline_at` is null when nothing is awaited any more.
 * - `query_holder`: what each holder of the plan sent to an attempt.
 * - `session_blob`: public key, ciphertexts, sealed table and audit copy, by their digest; scrubbed
 *   when the retention after the attempt's end has passed.
 * - `budget_counter` with `budget_reservation`: what was used of each budget, and by which request.
 *   Reserved once for a request, never given back.
 * - `leased_task`: who was handed which task, and the digest of the answer that settled it.
 * - `known_policy`: the policies that the log was told of, and whether they are enabled.
 */
export const queriesMigration = `
create table query (
  space_id text not null,
  request text not null,
  consumer text not null,
  deliver_to text not null,
  jws text not null,
  plan text,
  refusal text,
  ticket text not null,
  decided_at timestamptz not null,
  primary key (space_id, request),
  check ((refusal is null) = (plan is not null))
);
create table query_attempt (
  space_id text not null,
  invitation text not null,
  request text not null,
  attempt integer not null check (attempt > 0),
  stage text not null check (stage in ('opening', 'advertising', 'confirming', 'computing',
    'releasing', 'released', 'acknowledged', 'void')),
  code text,
  void_reason text,
  ticket text not null,
  invitation_jws text not null,
  session_jws text,
  sid text,
  public_key text,
  transcript text,
  directory text,
  release_confirmation text,
  consumer_confirmation text,
  release_jws text,
  result text,
  audit text,
  void_jws text,
  acknowledgement text,
  result_bytes integer not null,
  audit_bytes integer not null,
  deadline_at timestamptz,
  delivered_at timestamptz,
  ended_at timestamptz,
  updated_at timestamptz not null,
  primary key (space_id, invitation),
  unique (space_id, request, attempt),
  foreign key (space_id, request) references query
);
create index query_attempt_deadline on query_attempt (space_id, deadline_at)
  where deadline_at is not null;
create index query_attempt_ended on query_attempt (space_id, ended_at) where ended_at is not null;
create table query_holder (
  space_id text not null,
  invitation text not null,
  holder text not null,
  position integer not null,
  ciphertexts integer not null check (ciphertexts > 0),
  advert text,
  seed text,
  submission text,
  inputs text[],
  primary key (space_id, invitation, holder),
  foreign key (space_id, invitation) references query_attempt
);
create table session_blob (
  space_id text not null,
  invitation text not null,
  digest text not null,
  owner text not null,
  kind text not null check (kind in ('public-key', 'ciphertext', 'sealed')),
  bytes bytea not null,
  stored_at timestamptz not null,
  primary key (space_id, invitation, digest, owner),
  foreign key (space_id, invitation) references query_attempt
);
create index session_blob_age on session_blob (space_id, stored_at);
create table budget_counter (
  space_id text not null,
  key text not null,
  used bigint not null check (used >= 0),
  primary key (space_id, key)
);
create table budget_reservation (
  space_id text not null,
  key text not null,
  request text not null,
  amount bigint not null check (amount >= 0),
  reserved_at timestamptz not null,
  primary key (space_id, key, request),
  foreign key (space_id, request) references query
);
create table leased_task (
  space_id text not null,
  task text not null,
  recipient text not null,
  kind text not null,
  invitation text not null,
  answer text,
  primary key (space_id, task),
  foreign key (space_id, invitation) references query_attempt
);
create table known_policy (
  space_id text not null,
  digest text not null,
  is_enabled boolean not null,
  primary key (space_id, digest)
);
`
