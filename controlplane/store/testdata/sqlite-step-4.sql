
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
  