import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readBackup } from '../../backup/format.ts';
import { storeConformance } from '../testing/conformance.ts';
import { APPLICATION_ID, MIGRATIONS, SCHEMA_VERSION } from './schema.ts';
import { openSqliteStore } from './sqlite.ts';
import type { Resource } from '../../mesh/resource.ts';

async function makeFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'daybreak-store-'));
}

storeConformance('sqlite', async () => {
  const folder = await makeFolder();
  return {
    open: async () => openSqliteStore({ folder }),
    remove: () => rm(folder, { recursive: true }),
  };
});

const FIXTURE = join(import.meta.dirname, '../testing/commit-forever.ts');

function manyNodes(count: number): readonly Resource[] {
  const rest = { version: 1, createdAt: 0, lastUpdatedAt: 0, resourceOwner: '1', tags: [] };
  const id = { kind: 'virtualNode', owner: '1', mesh: 'm', parent: '' } as const;
  return Array.from({ length: count }, (_, index) => ({
    ...id,
    name: `n${index}`,
    spec: {},
    uid: 'x'.repeat(500),
    ...rest,
  }));
}

type Writer = { child: ChildProcess; printed: string[][]; line(count: number): Promise<void> };

function startWriter(folder: string): Writer {
  const child = spawn(process.execPath, [FIXTURE, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const printed: string[][] = [];
  const waiting = new Map<number, () => void>();
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (text) => {
    printed.push(text.split(' '));
    waiting.get(printed.length)?.();
  });
  const line = (count: number): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (printed.length >= count) resolve();
    else waiting.set(count, resolve);
    return promise;
  };
  return { child, printed, line };
}

async function kill({ child }: Writer): Promise<void> {
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
}

describe('a data folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await makeFolder();
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is created with access for its user only', async () => {
    const deep = join(folder, 'a', 'b');
    await openSqliteStore({ folder: deep }).close();
    expect((await stat(deep)).mode & 0o777).toBe(0o700);
    expect((await stat(join(deep, 'daybreak.db'))).isFile()).toBe(true);
  });

  it('has one owner per process', async () => {
    const store = openSqliteStore({ folder });
    expect(() => openSqliteStore({ folder, patience: 0 })).toThrow(/in use by another control plane/);
    await store.close();
    await openSqliteStore({ folder }).close();
  });

  it('has one owner per machine, which the error names and whose lock ends with its process', async () => {
    const writer = startWriter(folder);
    await writer.line(1);
    expect(() => openSqliteStore({ folder, patience: 0 })).toThrow(
      expect.objectContaining({
        code: 'STORE_HELD',
        message: expect.stringContaining(`process ${writer.child.pid} on ${hostname()}, since 20`),
      }),
    );
    await kill(writer);
    await openSqliteStore({ folder, patience: 0 }).close();
  });

  it('has no owner file after a close', async () => {
    await openSqliteStore({ folder }).close();
    await expect(readFile(join(folder, 'owner.json'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it.each([
    [
      'a later schema',
      'STORE_NEWER',
      /schema version 99, and this program knows versions up to/,
      'pragma user_version = 99',
    ],
    ['another program', 'STORE_FOREIGN', /a database of another program/, 'pragma application_id = 7'],
  ])('of %s is refused', async (_, code, message, sql) => {
    await openSqliteStore({ folder }).close();
    const db = new DatabaseSync(join(folder, 'daybreak.db'));
    db.exec(sql);
    db.close();
    expect(() => openSqliteStore({ folder })).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });

  it.each([
    [
      'text',
      'this is no database, but it is quite a bit longer than a header of 100 bytes would be'.repeat(9),
    ],
  ])('with %s as the database is refused, and the file is unchanged', async (_, content) => {
    await writeFile(join(folder, 'daybreak.db'), content);
    expect(() => openSqliteStore({ folder })).toThrow(expect.objectContaining({ code: 'STORE_FOREIGN' }));
    expect(await readFile(join(folder, 'daybreak.db'), 'utf8')).toBe(content);
  });

  /** Creates a database of an older schema, with one live and one deleted virtual node. */
  function makeOld(version: number, body = '{"kind":"virtualNode","name":"white"}'): void {
    const db = new DatabaseSync(join(folder, 'daybreak.db'));
    const steps = MIGRATIONS.slice(0, version).join(';');
    db.exec(`begin; ${steps}; pragma application_id = ${APPLICATION_ID}; pragma user_version = ${version};
      insert into resource values ('virtualNode', '1', 'colors', '', 'white', 1, '${body}'), ('virtualNode', '1', 'colors', '', 'blue', 2, null);
      insert into client_token values ('1', 'CreateVirtualNode', 't', 'c', 5000);
      commit`);
    db.close();
  }
  const WHITE = { kind: 'virtualNode', name: 'white' };
  const BEFORE = `before-${SCHEMA_VERSION}.backup`;

  it.each([1, 2])('of schema %d is migrated with all its contents', async (version) => {
    makeOld(version);
    const store = openSqliteStore({ folder });
    const changes = (await store.changesSince(0)).changes.map(({ id, resource }) => [id.name, resource]);
    expect(changes).toEqual([
      ['white', WHITE],
      ['blue', undefined],
    ]);
    expect((await store.changesSince(1)).from).toBe(1);
    expect((await store.contents()).tokens).toMatchObject([{ token: 't', content: 'c', at: 5000 }]);
    await store.close();
  });

  it.each([1, 2])('of schema %d is first written to a backup that can be restored', async (version) => {
    makeOld(version);
    const store = openSqliteStore({ folder });
    const contents = await store.contents();
    await store.close();
    const text = await readFile(join(folder, BEFORE), 'utf8');
    expect(readBackup(text, BEFORE).contents).toEqual(contents);
    expect(contents.resources).toEqual([WHITE]);
    expect((await stat(join(folder, BEFORE))).mode & 0o777).toBe(0o600);
  });

  it('of an older schema is unchanged if that backup cannot be written', async () => {
    makeOld(2);
    await mkdir(join(folder, BEFORE, 'in the way'), { recursive: true });
    expect(() => openSqliteStore({ folder })).toThrow(
      expect.objectContaining({
        code: 'STORE_UNAVAILABLE',
        message: expect.stringMatching(/the schema was not migrated, because .*backup cannot be written/),
      }),
    );
    const db = new DatabaseSync(join(folder, 'daybreak.db'));
    expect(db.prepare('pragma user_version').get()).toEqual({ user_version: 2 });
    db.close();
    await rm(join(folder, BEFORE), { recursive: true });
    await openSqliteStore({ folder }).close();
  });

  it('of this schema, or a new one, gets no such backup', async () => {
    await openSqliteStore({ folder }).close();
    await openSqliteStore({ folder }).close();
    await expect(stat(join(folder, BEFORE))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('of an older schema with a body of invalid JSON is refused until --accept-loss', async () => {
    makeOld(2, '{"kind":"virtualNode","name:"white"}');
    const refusal = {
      code: 'STORE_DAMAGED',
      message: expect.stringContaining('virtualNode "white"') as string,
    };
    expect(() => openSqliteStore({ folder })).toThrow(expect.objectContaining(refusal));
    const store = openSqliteStore({ folder, loss: 'accept' });
    expect(await store.contents()).toMatchObject({ resources: [], tokens: [{ token: 't' }] });
    await store.close();
  });

  it('is reported as damaged after its file was overwritten', async () => {
    const store = openSqliteStore({ folder });
    // More than SQLite's page cache holds.
    await store.replace({ revision: 0, resources: manyNodes(10_000), tokens: [], history: [] }, false);
    for (const name of ['daybreak.db', 'daybreak.db-wal']) {
      const { size } = await stat(join(folder, name));
      const file = await open(join(folder, name), 'r+');
      await file.write(Buffer.alloc(Math.max(0, size - 12_288), 0xff), 0, null, 12_288);
      await file.close();
    }
    await expect(store.contents()).rejects.toMatchObject({ code: 'STORE_DAMAGED', status: 500 });
    await store.close();
  });

  it('that cannot be created fails with its path', async () => {
    await writeFile(join(folder, 'file'), '');
    expect(() => openSqliteStore({ folder: join(folder, 'file', 'data') })).toThrow(
      expect.objectContaining({ code: 'STORE_UNAVAILABLE', message: expect.stringContaining('file/data') }),
    );
  });

  it('loses no acknowledged commit when its owner is killed at any moment', async () => {
    const printed: string[][] = [];
    for (let round = 0; round < 5; round += 1) {
      const writer = startWriter(folder);
      await writer.line(2 + Math.floor(Math.random() * 200));
      await kill(writer);
      // The kill may truncate the last line: that commit was not acknowledged, and the entry is dropped.
      printed.push(...writer.printed.filter((names) => names.length === 2 && names[1]?.length === 36));
    }
    const store = openSqliteStore({ folder });
    const { changes } = await store.changesSince(0);
    await store.close();
    const kept = new Set(changes.map(({ id }) => id.name));
    expect(printed.length).toBeGreaterThan(5);
    expect(printed.flat().filter((name) => !kept.has(name))).toEqual([]);
    // Two resources per commit: no commit is applied by half.
    expect(kept.size % 2).toBe(0);
    expect(new Set(changes.map(({ revision }) => revision)).size).toBe(kept.size / 2);
  });
});
