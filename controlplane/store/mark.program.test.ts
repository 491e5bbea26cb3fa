import { copyFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readMark } from './mark.ts';
import { colorNode, commitColors, putColor } from './testing/colors.ts';
import { testFolder } from './testing/folder.ts';

const COMMITS = 71;

const folder = testFolder();

describe('the mark of the newest revision', () => {
  it('reaches the last commit soon without a close, and never exceeds it', async () => {
    const store = folder.open();
    for (let revision = 0; revision < 50; revision += 1) {
      await store.commit(putColor(revision, `n${revision}`));
      expect(readMark(folder.path, undefined) ?? 0).toBeLessThanOrEqual(revision + 1);
    }
    await expect.poll(() => readMark(folder.path, undefined)).toBe(50);
  });

  it('is created at start in a folder that an older program left without one', async () => {
    await folder.fill(COMMITS);
    await rm(folder.at('newest-revision'));
    folder.open();
    await expect.poll(() => readMark(folder.path, undefined)).toBe(COMMITS);
  });

  /** Copies the folder as a power failure would leave it: with the log, and with the mark. */
  async function crash(): Promise<void> {
    await commitColors(folder.open(), COMMITS);
    await expect.poll(() => readMark(folder.path, undefined)).toBe(COMMITS);
    const other = await mkdtemp(join(tmpdir(), 'daybreak-damage-'));
    for (const name of ['daybreak.db', 'daybreak.db-wal', 'newest-revision'])
      await copyFile(folder.at(name), join(other, name));
    await folder.moveTo(other);
  }

  it('matches the revision of a folder after a crash', async () => {
    await crash();
    expect((await folder.open().changesSince(0)).changes.at(-1)?.revision).toBe(COMMITS);
  });

  it('refuses a truncated log at every start, and says what to do', async () => {
    await crash();
    await folder.halve('daybreak.db-wal');
    for (let round = 0; round < 2; round += 1) {
      expect(() => folder.open()).toThrow(
        expect.objectContaining({
          code: 'STORE_LOST',
          message: expect.stringMatching(
            /is at revision [34]\d, and revision 71 was acknowledged: commits are lost\. Put the missing file back, restore a backup \(daybreak restore FILE --data .*\), or start .* --accept-loss/,
          ),
        }),
      );
    }
  });

  it('accepts a truncated log with --accept-loss, and from then on without it', async () => {
    await crash();
    await folder.halve('daybreak.db-wal');
    const store = folder.open('accept');
    const { revision } = await store.contents();
    expect(revision).toBeLessThan(COMMITS);
    expect(await store.commit(putColor(revision, 'new'))).toMatchObject({ revision: revision + 1 });
    await folder.close();
    expect((await folder.open().contents()).revision).toBe(revision + 1);
  });

  it('is below the revision of a backup that replaces lost data', async () => {
    await crash();
    await folder.halve('daybreak.db-wal');
    const contents = { revision: 20, resources: [colorNode('white')], tokens: [], history: [] };
    expect(await folder.open('replace').replace(contents, true)).toEqual({
      outcome: 'replaced',
      revision: COMMITS + 1,
    });
    await folder.close();
    expect(await folder.open().contents()).toEqual({ ...contents, revision: COMMITS + 1 });
  });

  it('stays if a restore is refused, and does not block a start after an empty backup was restored', async () => {
    await crash();
    await folder.halve('daybreak.db-wal');
    const empty = { revision: 0, resources: [], tokens: [], history: [] };
    expect(await folder.open('replace').replace(empty, false)).toMatchObject({ outcome: 'occupied' });
    await folder.close();
    expect(() => folder.open()).toThrow(expect.objectContaining({ code: 'STORE_LOST' }));
    await rm(folder.at('daybreak.db'));
    await folder.open('replace').replace(empty, false);
    await folder.close();
    expect(await folder.open().contents()).toMatchObject({ resources: [] });
  });

  it.each([
    ['of 0 bytes', () => truncate(folder.at('daybreak.db'), 0)],
    ['that is not there', () => rm(folder.at('daybreak.db'))],
  ])('refuses a database %s, and leaves its log alone', async (_, lose) => {
    await crash();
    await lose();
    const log = await readFile(folder.at('daybreak.db-wal'));
    const refusal = expect.objectContaining({
      code: 'STORE_LOST',
      message: expect.stringMatching(
        /is empty or missing, and revision 71 was acknowledged\. Nothing was changed/,
      ),
    });
    expect(() => folder.open()).toThrow(refusal);
    expect(await readFile(folder.at('daybreak.db-wal'))).toEqual(log);
    await rm(folder.at('newest-revision'));
    expect(() => folder.open()).toThrow(
      expect.objectContaining({ message: expect.stringContaining('its log') }),
    );
    expect(await readFile(folder.at('daybreak.db-wal'))).toEqual(log);
    expect((await folder.open('accept').contents()).resources).toEqual([]);
  });

  it('refuses a database of 0 bytes that has no log, and leaves it at 0 bytes', async () => {
    await folder.fill(COMMITS);
    await truncate(folder.at('daybreak.db'), 0);
    expect(() => folder.open()).toThrow(
      expect.objectContaining({
        code: 'STORE_LOST',
        message: expect.stringContaining('is empty or missing'),
      }),
    );
    expect((await stat(folder.at('daybreak.db'))).size).toBe(0);
  });

  it.each([
    ['is older', (mark: string) => mark],
    ['is missing', () => undefined],
    ['is empty', () => ''],
    ['has another number than was written', (mark: string) => mark.replace('71', '99')],
  ])('that %s refuses nothing', async (_, change) => {
    await folder.fill(COMMITS);
    const changed = change(await readFile(folder.at('newest-revision'), 'utf8'));
    await folder.open().commit(putColor(COMMITS, 'one more'));
    await folder.close();
    if (changed === undefined) await rm(folder.at('newest-revision'));
    else await writeFile(folder.at('newest-revision'), changed);
    expect((await folder.open().contents()).revision).toBe(COMMITS + 1);
  });
});
