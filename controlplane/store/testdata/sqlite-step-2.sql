
  -- One row. forgotten: the revision of the last deletion whose row was taken away; who has read less must read everything.
  create table store (
    only_row integer primary key default 1 check (only_row = 1),
    forgotten integer not null
  ) strict;
  insert into store (forgotten) values (0);
  create index deletion_by_revision on resource (revision) where body is null;
  