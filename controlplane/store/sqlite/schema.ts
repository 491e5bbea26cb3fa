/**
 * The migrations from an empty file to this schema version, one entry per version; there is no way back. A released step is
 * never edited: a change is a new step at the end. The steps call the functions of row-checksum.ts.
 */
export const MIGRATIONS: readonly string[] = [
  `
  -- One row a resource that ever was; body is null once it is deleted, and the row stays as the change that deleted it.
  create table resource (
    kind text not null,
    owner text not null,
    mesh text not null,
    parent text not null,
    name text not null,
    revision integer not null,
    body text,
    primary key (kind, owner, mesh, parent, name)
  ) strict, without rowid;
  create index resource_by_revision on resource (revision);
  create index resource_by_mesh on resource (owner, mesh, revision);

  create table client_token (
    account text not null,
    operation text not null,
    token text not null,
    content text not null,
    used_at integer not null,
    primary key (account, operation, token)
  ) strict, without rowid;
  create index client_token_by_age on client_token (used_at);
  `,
  `
  -- One row. forgotten: the revision of the last deletion whose row was taken away; who has read less must read everything.
  create table store (
    only_row integer primary key default 1 check (only_row = 1),
    forgotten integer not null
  ) strict;
  insert into store (forgotten) values (0);
  create index deletion_by_revision on resource (revision) where body is null;
  `,
  `
  -- A checksum for each row, of all its other columns. One that is damaged already must not look sound from now on.
  alter table resource add column checksum text not null default '';
  update resource set checksum = resource_checksum(kind, owner, mesh, parent, name, revision, body)
    where body is null or json_valid(body);
  alter table client_token add column checksum text not null default '';
  update client_token set checksum = token_checksum(account, operation, token, content, used_at);

  -- Written to find out whether the disk takes anything.
  alter table store add column probe blob;
  `,
  `
  -- The last changes of each specification, for undo. body has the change, its sender, and the state before it.
  create table spec_change (
    kind text not null,
    owner text not null,
    mesh text not null,
    parent text not null,
    name text not null,
    revision integer not null,
    step integer not null,
    at integer not null,
    body text not null,
    checksum text not null,
    primary key (kind, owner, mesh, parent, name, revision, step)
  ) strict, without rowid;
  create index spec_change_by_mesh on spec_change (owner, mesh, revision, step);
  create index spec_change_by_age on spec_change (at);
  `,
];

/** The schema version that this program writes. */
export const SCHEMA_VERSION: number = MIGRATIONS.length;

/** The first schema version whose rows have checksums. */
export const CHECKSUMS_SINCE = 3;

/** The first schema version that keeps changes. */
export const HISTORY_SINCE = 4;

/** SQLite's application_id of our files ("DBRK"), which distinguishes them from other databases. */
export const APPLICATION_ID = 0x44_42_52_4b;
