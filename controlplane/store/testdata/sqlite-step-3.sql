
  -- A checksum for each row, of all its other columns. One that is damaged already must not look sound from now on.
  alter table resource add column checksum text not null default '';
  update resource set checksum = resource_checksum(kind, owner, mesh, parent, name, revision, body)
    where body is null or json_valid(body);
  alter table client_token add column checksum text not null default '';
  update client_token set checksum = token_checksum(account, operation, token, content, used_at);

  -- Written to find out whether the disk takes anything.
  alter table store add column probe blob;
  