/** What the holder told its log that it offers; see schema.ts. */
export const offersMigration = `
create table ledger_offer (
  space_id text not null,
  product text not null,
  part text not null,
  dataset text not null,
  is_offered boolean not null,
  primary key (space_id, product, part, dataset)
);
`
