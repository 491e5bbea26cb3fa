
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
  