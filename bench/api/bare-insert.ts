import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import { inParallel, type Load } from './load.ts';

/** Measures durable inserts of one row each into a separate table, one after the other: the lower bound of the engine. */
export async function bareInsertSqlite(folder: string, body: string): Promise<Load> {
  await mkdir(folder);
  const db = new DatabaseSync(join(folder, 'bare.db'));
  try {
    db.exec('pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = full');
    db.exec('create table bare (id integer primary key, body text) strict');
    const insert = db.prepare('insert into bare (body) values (?)');
    return await inParallel(1, async () => void insert.run(body));
  } finally {
    db.close();
  }
}

/** Measures the same in PostgreSQL, over `connections` concurrent connections. */
export async function bareInsertPostgres(url: string, connections: number, body: string): Promise<Load> {
  const clients = Array.from({ length: connections }, () => new Client(url));
  try {
    await Promise.all(clients.map((client) => client.connect()));
    await clients[0]?.query(
      'create table bare (id bigint generated always as identity primary key, body text)',
    );
    return await inParallel(connections, async (index) => {
      await clients[index]?.query({
        name: 'bare',
        text: 'insert into bare (body) values ($1)',
        values: [body],
      });
    });
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}
