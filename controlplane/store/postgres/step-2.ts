/** Several calls per commit, the number of an account's meshes, and pruned tombstones. Released: never edit it. */
export const STEP_2 = `
  -- The revision of the last deletion whose row was taken away; who has read less must read everything.
  alter table daybreak.store add column forgotten bigint not null default 0;
  create index deletion_by_revision on daybreak.resource (revision) where body is null;
  create index mesh_by_owner on daybreak.resource (id) where body is not null and id like '["mesh",%';

  create or replace function daybreak.changes_since(known_schema integer, after_revision bigint)
  returns table (id text, revision bigint, body text) language plpgsql stable as $function$
  begin
    perform daybreak.require_schema(known_schema);
    if after_revision > 0 and after_revision < (select forgotten from daybreak.store) then
      raise exception 'deletions after revision % are forgotten', after_revision using errcode = 'DB002';
    end if;
    return query select r.id, r.revision, r.body from daybreak.resource r
      where r.revision > after_revision order by r.revision, r.id;
  end
  $function$;

  create function daybreak.prune(known_schema integer, kept bigint) returns void language plpgsql volatile as $function$
  declare
    cutoff bigint;
    last_gone bigint;
  begin
    perform from daybreak.store for update;
    perform daybreak.require_schema(known_schema);
    select revision into cutoff from daybreak.resource where body is null order by revision desc limit 1 offset kept - 1;
    with gone as (
      delete from daybreak.resource as old where body is null and revision < cutoff and (
        revision < (select max(revision) from daybreak.resource where mesh = old.mesh)
        or not exists (select from daybreak.resource where mesh = old.mesh and body is not null)
      ) returning revision
    ) select max(revision) into last_gone from gone;
    if last_gone is not null then
      update daybreak.store set forgotten = greatest(forgotten, last_gone);
    end if;
  end
  $function$;

  -- An older program that still runs learns why it may not commit any more.
  create or replace function daybreak.commit(
    known_schema integer, in_mesh text, expected bigint,
    keys text[], ids text[], meshes text[], bodies text[],
    with_account text, with_operation text, with_token text, with_content text, used bigint, forgotten bigint
  ) returns bigint language plpgsql volatile as $function$
  begin
    perform daybreak.require_schema(known_schema);
    return null;
  end
  $function$;

  -- As before, for several calls together: their tokens are arrays. Without keys it takes no revision.
  create function daybreak.commit(
    known_schema integer, in_mesh text, expected bigint, meshes_of text, expected_meshes bigint,
    keys text[], ids text[], meshes text[], bodies text[],
    with_accounts text[], with_operations text[], with_tokens text[], with_contents text[], used bigint[], forgotten_before bigint
  ) returns bigint language plpgsql volatile as $function$
  declare
    last_revision bigint;
    mesh_revision bigint;
    meshes_found bigint;
    tokens_kept integer;
  begin
    select revision into strict last_revision from daybreak.store for update;
    perform daybreak.require_schema(known_schema);
    select coalesce(max(revision), 0) into mesh_revision from daybreak.resource where mesh = in_mesh;
    -- A mesh with nothing in it counts as at 0, whether or not its deletions are remembered.
    if mesh_revision <> expected and
      (expected <> 0 or exists (select from daybreak.resource where mesh = in_mesh and body is not null)) then
      return null;
    end if;
    if expected_meshes is not null then
      select count(*) into meshes_found from daybreak.resource
        where body is not null and id like '["mesh",%' and starts_with(id, meshes_of);
      if meshes_found <> expected_meshes then
        return null;
      end if;
    end if;
    -- An acknowledged write must be on the disk, whatever the server's default is.
    if current_setting('synchronous_commit') = 'off' then
      perform set_config('synchronous_commit', 'on', true);
    end if;
    if cardinality(with_tokens) > 0 then
      delete from daybreak.client_token where used_at <= forgotten_before;
      if exists (
        select from daybreak.client_token join unnest(with_accounts, with_operations, with_tokens)
          as given (account, operation, token) using (account, operation, token)
      ) then
        return null;
      end if;
      insert into daybreak.client_token (account, operation, token, content, used_at)
        select * from unnest(with_accounts, with_operations, with_tokens, with_contents, used);
    end if;
    if cardinality(keys) = 0 then
      return last_revision;
    end if;
    update daybreak.store set revision = last_revision + 1;
    insert into daybreak.resource (key, id, mesh, revision, body)
      select change.key, change.id, change.mesh, last_revision + 1, change.body
      from unnest(keys, ids, meshes, bodies) as change (key, id, mesh, body)
      on conflict (key) do update set revision = excluded.revision, body = excluded.body;
    perform pg_notify('daybreak', (last_revision + 1)::text);
    return last_revision + 1;
  end
  $function$;
  `;
