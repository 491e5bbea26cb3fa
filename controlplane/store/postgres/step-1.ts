/** From an empty database to the first schema. Released: never edit it. */
export const STEP_1 = `
  create schema daybreak;

  -- One row: what the whole store is at. Its lock is what makes revisions rise in the order of the commits.
  create table daybreak.store (
    only_row boolean primary key default true check (only_row),
    schema_version integer not null,
    revision bigint not null
  ) with (fillfactor = 10);
  insert into daybreak.store (schema_version, revision) values (0, 0);

  -- One row a resource that ever was; body is null once it is deleted, and the row stays as the change that deleted it.
  -- id and mesh are JSON arrays: [kind, owner, mesh, parent, name] and [owner, mesh]. Text cannot hold every name (NUL),
  -- and an index not every length, so the key is a digest of the id.
  create table daybreak.resource (
    key text collate "C" primary key,
    id text collate "C" not null,
    mesh text collate "C" not null,
    revision bigint not null,
    body text
  );
  create index resource_by_revision on daybreak.resource (revision);
  create index resource_by_mesh on daybreak.resource (mesh, revision);

  create table daybreak.client_token (
    account text collate "C" not null,
    operation text collate "C" not null,
    token text collate "C" not null,
    content text not null,
    used_at bigint not null,
    primary key (account, operation, token)
  );
  create index client_token_by_age on daybreak.client_token (used_at);

  -- Refuses a program that does not know the schema: an older one that still runs while a newer one has migrated.
  create function daybreak.require_schema(known_schema integer) returns void language plpgsql stable as $function$
  declare
    found_version integer;
  begin
    select schema_version into strict found_version from daybreak.store;
    if found_version <> known_schema then
      raise exception 'schema version %', found_version using errcode = 'DB001';
    end if;
  end
  $function$;

  create function daybreak.changes_since(known_schema integer, after_revision bigint)
  returns table (id text, revision bigint, body text) language plpgsql stable as $function$
  begin
    perform daybreak.require_schema(known_schema);
    return query select r.id, r.revision, r.body from daybreak.resource r
      where r.revision > after_revision order by r.revision, r.id;
  end
  $function$;

  -- A whole commit in one statement: the lock is never held across the network, so a control plane that stalls stops
  -- nobody else. Answers the new revision, or null where the write is stale. Each statement in here sees what others
  -- committed before it, because the function is volatile and the level is read committed.
  create function daybreak.commit(
    known_schema integer, in_mesh text, expected bigint,
    keys text[], ids text[], meshes text[], bodies text[],
    with_account text, with_operation text, with_token text, with_content text, used bigint, forgotten bigint
  ) returns bigint language plpgsql volatile as $function$
  declare
    next_revision bigint;
    mesh_revision bigint;
  begin
    select revision + 1 into strict next_revision from daybreak.store for update;
    perform daybreak.require_schema(known_schema);
    select coalesce(max(revision), 0) into mesh_revision from daybreak.resource where mesh = in_mesh;
    if mesh_revision <> expected then
      return null;
    end if;
    if with_token is not null then
      delete from daybreak.client_token where used_at <= forgotten;
      insert into daybreak.client_token (account, operation, token, content, used_at)
        values (with_account, with_operation, with_token, with_content, used) on conflict do nothing;
      if not found then
        return null;
      end if;
    end if;
    -- An acknowledged write must be on the disk, whatever the server's default is.
    if current_setting('synchronous_commit') = 'off' then
      perform set_config('synchronous_commit', 'on', true);
    end if;
    update daybreak.store set revision = next_revision;
    insert into daybreak.resource (key, id, mesh, revision, body)
      select change.key, change.id, change.mesh, next_revision, change.body
      from unnest(keys, ids, meshes, bodies) as change (key, id, mesh, body)
      on conflict (key) do update set revision = excluded.revision, body = excluded.body;
    perform pg_notify('daybreak', next_revision::text);
    return next_revision;
  end
  $function$;
  `;
