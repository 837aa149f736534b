/**
 * What can be disclosed of a question, and no longer than its term: `query.jws`, which holds the
 * business reference, and `query_holder.submission` become null when the openings kept of them are
 * erased. `evidence_input`: the ciphertexts that released sums were made of, as long as blobs are
 * kept; under that name an export finds them.
 */
export const disclosableMigration = `
alter table query alter column jws drop not null;
create index query_disclosable on query (space_id, decided_at) where jws is not null;
create view evidence_input as
  select distinct on (blob.space_id, blob.digest) blob.space_id, blob.digest, blob.bytes
  from session_blob blob
  join query_holder part on part.space_id = blob.space_id
    and part.invitation = blob.invitation and part.holder = blob.owner
  join query_attempt attempt on attempt.space_id = blob.space_id
    and attempt.invitation = blob.invitation
  where blob.kind = 'ciphertext' and attempt.release_jws is not null
    and blob.digest = any (part.inputs);
`
