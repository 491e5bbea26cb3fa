/** A table of the last changes of each specification, for undo. Released: never edit it. */
export const STEP_4 = `
  create table daybreak.spec_change (
    key text collate "C" not null,
    revision bigint not null,
    step integer not null,
    id text collate "C" not null,
    mesh text collate "C" not null,
    at bigint not null,
    body text collate "C" not null,
    checksum text collate "C" not null,
    primary key (key, revision, step)
  );
  create index spec_change_by_mesh on daybreak.spec_change (mesh, revision, step);
  create index spec_change_by_age on daybreak.spec_change (at);

  create function daybreak.spec_change_checksum(
    key text, revision bigint, step integer, id text, mesh text, at bigint, body text
  ) returns text language sql immutable parallel safe as $function$
    select left(encode(sha256(convert_to(
      key || E'\\n' || revision || E'\\n' || step || E'\\n' || id || E'\\n' || mesh || E'\\n' || at || E'\\n' || body,
      'UTF8')), 'hex'), 32)
  $function$;

  -- The commit of the previous step, and the changes of specifications that it contains. The previous function stays, because it tells
  -- programs of that step that they are outdated.
  create function daybreak.commit(
    known_schema integer, in_mesh text, expected bigint, meshes_of text, expected_meshes bigint,
    keys text[], ids text[], meshes text[], bodies text[],
    with_accounts text[], with_operations text[], with_tokens text[], with_contents text[], used bigint[], forgotten_before bigint,
    changed_keys text[], changed_ids text[], changed_meshes text[], changed_bodies text[], changed_at bigint[],
    most_changes integer, changes_before bigint
  ) returns bigint language plpgsql volatile as $function$
  declare
    made bigint;
  begin
    made := daybreak.commit(known_schema, in_mesh, expected, meshes_of, expected_meshes, keys, ids, meshes, bodies,
      with_accounts, with_operations, with_tokens, with_contents, used, forgotten_before);
    if made is null or cardinality(changed_keys) = 0 then
      return made;
    end if;
    insert into daybreak.spec_change (key, revision, step, id, mesh, at, body, checksum)
      select given.key, made, given.step::integer, given.id, given.mesh, given.at, given.body,
        daybreak.spec_change_checksum(given.key, made, given.step::integer, given.id, given.mesh, given.at, given.body)
      from unnest(changed_keys, changed_ids, changed_meshes, changed_bodies, changed_at)
        with ordinality as given (key, id, mesh, body, at, step);
    delete from daybreak.spec_change as old using (
      select distinct on (ranked.key) ranked.key, ranked.revision, ranked.step from (
        select c.key, c.revision, c.step, row_number() over (partition by c.key order by c.revision desc, c.step desc) as place
        from daybreak.spec_change c where c.key = any (changed_keys)
      ) as ranked where ranked.place > most_changes order by ranked.key, ranked.place
    ) as last
      where old.key = last.key and (old.revision, old.step) <= (last.revision, last.step);
    delete from daybreak.spec_change where at < changes_before;
    return made;
  end
  $function$;
  `;
