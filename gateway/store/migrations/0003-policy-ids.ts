/** `known_policy` keeps the policy's own id, so that a new version names the one it replaces. */
export const policyIdsMigration = `
alter table known_policy add column policy text;
`
