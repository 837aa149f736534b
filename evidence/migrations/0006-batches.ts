/**
 * A batch in two statements, each with the plans its session keeps. `evidence_lead` waits for the
 * log's lock and reads, after it, the head and the oldest entries of the outbox. `evidence_grow`
 * stores the batch and moves the head, or gives false where another head is; the lock is its
 * transaction's by then, so it ends exactly when the batch is durable, undone or cut off.
 */
export const batchesMigration = `
create function evidence_lock(space text) returns bigint language sql immutable
  return hashtextextended('baotu-evidence/' || space, 0);

create function evidence_lead(space text, wanted integer,
  out size bigint, out note text, out tickets bigint[], out hashes bytea)
language plpgsql as $$
begin
  perform pg_advisory_lock(evidence_lock(space));
  select head.size, head.note into size, note from evidence_head head where space_id = space;
  select coalesce(array_agg(id order by id), '{}'),
      coalesce(string_agg(leaf_hash, ''::bytea order by id), ''::bytea)
    into tickets, hashes
    from (select id, leaf_hash from evidence_outbox where space_id = space
      order by id limit wanted) oldest;
end $$;

create function evidence_grow(space text, before bigint, after bigint, signed text,
  tickets bigint[], bodies bytea[], levels integer[], indexes bigint[], tiles bytea[])
returns boolean language plpgsql as $$
declare
  placed bigint;
begin
  perform pg_advisory_xact_lock(evidence_lock(space));
  perform pg_advisory_unlock(evidence_lock(space));
  update evidence_head set size = after, note = signed where space_id = space and size = before;
  if not found then return false; end if;
  with moved as (delete from evidence_outbox where space_id = space and id = any(tickets)
    returning id, body)
  insert into evidence_leaf (space_id, idx, body, ticket)
    select space, before + row_number() over (order by id) - 1, body, id from moved;
  get diagnostics placed = row_count;
  if placed <> cardinality(tickets) then
    raise exception '% of % entries are in the outbox', placed, cardinality(tickets);
  end if;
  insert into evidence_leaf (space_id, idx, body)
    select space, before + placed + at - 1, body
    from unnest(bodies) with ordinality as entry (body, at);
  insert into evidence_tile (space_id, level, idx, hashes)
    select space, level, idx, tile.hashes
    from unnest(levels, indexes, tiles) as tile (level, idx, hashes)
    on conflict (space_id, level, idx) do update set hashes = excluded.hashes;
  return true;
end $$;
`
