/** A checksum per row, and a column for Store.probe. Released: never edit it. */
export const STEP_3 = `
  -- Of all other columns of a row.
  create function daybreak.resource_checksum(key text, id text, mesh text, revision bigint, body text)
  returns text language sql immutable parallel safe as $function$
    select left(encode(sha256(convert_to(
      key || E'\\n' || id || E'\\n' || mesh || E'\\n' || revision || E'\\n' || coalesce(body, ''), 'UTF8')), 'hex'), 32)
  $function$;
  create function daybreak.token_checksum(account text, operation text, token text, content text, used_at bigint)
  returns text language sql immutable parallel safe as $function$
    select left(encode(sha256(convert_to(
      account || E'\\n' || operation || E'\\n' || token || E'\\n' || content || E'\\n' || used_at, 'UTF8')), 'hex'), 32)
  $function$;
  alter table daybreak.resource add column checksum text collate "C";
  -- A row that is damaged already must not look sound from now on.
  create function daybreak.is_json(body text) returns boolean language plpgsql immutable as $function$
  begin
    perform body::json;
    return true;
  exception when invalid_text_representation then
    return false;
  end
  $function$;
  update daybreak.resource set checksum = case
    when body is null or daybreak.is_json(body) then daybreak.resource_checksum(key, id, mesh, revision, body)
    else '' end;
  drop function daybreak.is_json(text);
  alter table daybreak.resource alter column checksum set not null;
  alter table daybreak.client_token add column checksum text collate "C";
  update daybreak.client_token set checksum = daybreak.token_checksum(account, operation, token, content, used_at);
  alter table daybreak.client_token alter column checksum set not null;

  -- Written to find out whether the server takes anything.
  alter table daybreak.store add column probe bytea;

  -- Refuses a store whose rows are of later revisions than it knows of: part of it was put back from an older copy.
  create function daybreak.require_newest() returns void language plpgsql stable as $function$
  declare
    known bigint;
    found_revision bigint;
  begin
    select revision into strict known from daybreak.store;
    select max(revision) into found_revision from daybreak.resource;
    if found_revision > known then
      raise exception 'a row is of revision %, and the store of revision %', found_revision, known using errcode = 'DB003';
    end if;
  end
  $function$;

  drop function daybreak.changes_since(integer, bigint);
  create function daybreak.changes_since(known_schema integer, after_revision bigint)
  returns table (id text, revision bigint, body text, sound boolean) language plpgsql stable as $function$
  begin
    perform daybreak.require_schema(known_schema);
    perform daybreak.require_newest();
    if after_revision > 0 and after_revision < (select forgotten from daybreak.store) then
      raise exception 'deletions after revision % are forgotten', after_revision using errcode = 'DB002';
    end if;
    return query select r.id, r.revision, r.body,
        r.checksum = daybreak.resource_checksum(r.key, r.id, r.mesh, r.revision, r.body)
      from daybreak.resource r where r.revision > after_revision order by r.revision, r.id;
  end
  $function$;

  -- As before, with checksums.
  create or replace function daybreak.commit(
    known_schema integer, in_mesh text, expected bigint, meshes_of text, expected_meshes bigint,
    keys text[], ids text[], meshes text[], bodies text[],
    with_accounts text[], with_operations text[], with_tokens text[], with_contents text[], used bigint[], forgotten_before bigint
  ) returns bigint language plpgsql volatile as $function$
  declare
    last_revision bigint;
    mesh_revision bigint;
    meshes_found bigint;
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
      insert into daybreak.client_token (account, operation, token, content, used_at, checksum)
        select account, operation, token, content, used_at,
          daybreak.token_checksum(account, operation, token, content, used_at)
        from unnest(with_accounts, with_operations, with_tokens, with_contents, used)
          as given (account, operation, token, content, used_at);
    end if;
    if cardinality(keys) = 0 then
      return last_revision;
    end if;
    update daybreak.store set revision = last_revision + 1;
    insert into daybreak.resource (key, id, mesh, revision, body, checksum)
      select change.key, change.id, change.mesh, last_revision + 1, change.body,
        daybreak.resource_checksum(change.key, change.id, change.mesh, last_revision + 1, change.body)
      from unnest(keys, ids, meshes, bodies) as change (key, id, mesh, body)
      on conflict (key) do update
        set revision = excluded.revision, body = excluded.body, checksum = excluded.checksum;
    perform pg_notify('daybreak', (last_revision + 1)::text);
    return last_revision + 1;
  end
  $function$;
  `;
