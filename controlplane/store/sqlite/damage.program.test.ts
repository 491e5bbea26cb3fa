import { readFile, rm, writeFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import type { StoreError } from '../errors.ts';
import type { Changes, Contents, Store } from '../store.ts';
import { putColor } from '../testing/colors.ts';
import { testFolder } from '../testing/folder.ts';

const COMMITS = 71;

const folder = testFolder();

/** Changes the database behind the program's back. */
function sql(text: string): void {
  const db = new DatabaseSync(folder.at('daybreak.db'));
  db.exec(text);
  db.close();
}

const changeBody = (name: string): void =>
  sql(`update resource set body = replace(body, 'xxx', 'xyx') where name = '${name}'`);

describe('a row', () => {
  it('with a changed body fails the read with its name and advice', async () => {
    await folder.fill(COMMITS);
    changeBody('n5');
    const refusal = {
      code: 'STORE_DAMAGED',
      message: expect.stringMatching(
        /virtualNode "n5" in mesh "colors" of account 111122223333 fails its checksum\. Restore a backup \(daybreak restore FILE --data .* --replace\), or .* --accept-loss/,
      ) as string,
    };
    const store = folder.open();
    await expect(store.changesSince(0)).rejects.toMatchObject(refusal);
    await expect(store.contents()).rejects.toMatchObject(refusal);
    expect((await store.changesSince(60)).changes.length).toBeGreaterThan(5);
  });

  it.each([
    ['revision', `update resource set revision = 1000 where name = 'n5'`],
    ['name', `update resource set name = 'n5x' where name = 'n5'`],
    ['deletion', `update resource set body = null where name = 'n5'`],
    ['undone deletion', `update resource set body = '{}' where name = 'n6'`],
  ])('with a changed %s is refused', async (_, change) => {
    await folder.fill(COMMITS);
    sql(change);
    await expect(folder.open().changesSince(0)).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
  });

  it('of a changed client token fails the call that uses the token, and a backup', async () => {
    await folder.fill(COMMITS);
    sql(`update client_token set content = 'd' where token = 'n5'`);
    const store = folder.open();
    const [token] = putColor(0, 'n5').tokens;
    if (token === undefined) throw new Error('there is a token');
    await expect(store.tokenContent(token, 5000)).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
    await expect(store.contents()).rejects.toMatchObject({
      message: expect.stringContaining('a client token for CreateVirtualNode by account 111122223333'),
    });
  });

  it('is named if it is among the first five damaged ones', async () => {
    await folder.fill(COMMITS);
    sql(`update resource set revision = revision + 1`);
    const error: StoreError = await folder
      .open()
      .changesSince(0)
      .then(
        () => expect.unreachable(),
        (reason: StoreError) => reason,
      );
    expect(error.message).toContain(`${COMMITS - Math.floor(COMMITS / 9)} rows fail their checksums`);
    expect(error.message.match(/virtualNode/g)).toHaveLength(5);
  });

  it('with damage is deleted by --accept-loss, and all others stay', async () => {
    await folder.fill(COMMITS);
    const before = await folder.open().contents();
    await folder.close();
    changeBody('n5');
    sql(`update client_token set content = 'd' where token = 'n7'`);
    folder.open('accept');
    await folder.close();
    const { resources, tokens } = await folder.open().contents();
    expect(resources).toEqual(before.resources.filter(({ name }) => name !== 'n5'));
    expect(tokens).toEqual(before.tokens.filter(({ token }) => token !== 'n7'));
  });

  it('with damage does not prevent a restore with --replace', async () => {
    await folder.fill(COMMITS);
    const before = await folder.open().contents();
    await folder.close();
    changeBody('n5');
    expect(await folder.open('replace').replace(before, true)).toMatchObject({ revision: COMMITS + 1 });
    await folder.close();
    expect(await folder.open().contents()).toEqual({ ...before, revision: COMMITS + 1 });
  });
});

describe('a database', () => {
  type Said = { readonly contents: Contents; readonly changes: Changes };
  const read = async (store: Store): Promise<Said> => ({
    contents: await store.contents(),
    changes: await store.changesSince(0),
  });
  /** Undefined if the store is refused. */
  const readIfItCan = async (): Promise<Said | undefined> => {
    try {
      return await read(folder.open());
    } catch (error) {
      expect(error).toMatchObject({ name: 'StoreError' });
      return undefined;
    } finally {
      await folder.close();
    }
  };
  const upTo = (limit: number): number => Math.floor(Math.random() * limit);
  /** Each damages a copy, and describes the damage. */
  const flip = (bytes: Buffer): string => {
    // Half of the flips hit the first pages, which have the header and the schema.
    const place = upTo(Math.random() < 0.5 ? bytes.length : 8192);
    const bits = 1 + upTo(255);
    bytes[place] = (bytes[place] ?? 0) ^ bits;
    return `byte ${place} by ${bits}`;
  };
  const blank = (bytes: Buffer): string => {
    const sector = upTo(bytes.length / 512) * 512;
    bytes.fill(0, sector, sector + 512);
    return `zeros from ${sector}`;
  };

  it.each([
    ['byte was changed', flip, 300],
    ['sector has zeros', blank, 100],
  ])('in which any %s is refused, or reads as before', async (_, damage, rounds) => {
    await folder.fill(COMMITS);
    const good = await readFile(folder.at('daybreak.db'));
    const truth = await read(folder.open());
    await folder.close();
    let refused = 0;
    for (let round = 0; round < rounds; round += 1) {
      const bytes = Buffer.from(good);
      const how = damage(bytes);
      await writeFile(folder.at('daybreak.db'), bytes);
      await rm(folder.at('daybreak.db-wal'), { force: true });
      const said = await readIfItCan();
      if (said === undefined) refused += 1;
      else expect({ how, said }).toEqual({ how, said: truth });
    }
    expect(refused).toBeGreaterThan(10);
  });

  it('that was truncated is refused as damaged, with advice', async () => {
    await folder.fill(COMMITS);
    await folder.halve('daybreak.db');
    expect(() => folder.open()).toThrow(
      expect.objectContaining({
        code: 'STORE_DAMAGED',
        message: expect.stringMatching(
          /Move daybreak\.db and daybreak\.db-wal out of .* daybreak restore FILE --data/,
        ),
      }),
    );
  });
});
