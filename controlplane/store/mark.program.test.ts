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
  it('is at the last commit soon, without a close, and never above it', async () => {
    const store = folder.open();
    for (let revision = 0; revision < 50; revision += 1) {
      await store.commit(putColor(revision, `n${revision}`));
      expect(readMark(folder.path, undefined) ?? 0).toBeLessThanOrEqual(revision + 1);
    }
    await expect.poll(() => readMark(folder.path, undefined)).toBe(50);
  });

  it('comes with a start, of a folder that an older program left without one', async () => {
    await folder.fill(COMMITS);
    await rm(folder.at('newest-revision'));
    folder.open();
    await expect.poll(() => readMark(folder.path, undefined)).toBe(COMMITS);
  });

  /** A second folder as it would be found after the power went: with the log, and with the mark. */
  async function crash(): Promise<void> {
    await commitColors(folder.open(), COMMITS);
    await expect.poll(() => readMark(folder.path, undefined)).toBe(COMMITS);
    const other = await mkdtemp(join(tmpdir(), 'daybreak-damage-'));
    for (const name of ['daybreak.db', 'daybreak.db-wal', 'newest-revision'])
      await copyFile(folder.at(name), join(other, name));
    await folder.moveTo(other);
  }

  it('is reached by a folder that was left behind by a crash', async () => {
    await crash();
    expect((await folder.open().changesSince(0)).changes.at(-1)?.revision).toBe(COMMITS);
  });

  it('refuses a log that was cut in half, again and again, and says what to do', async () => {
    await crash();
    await folder.halve('daybreak.db-wal');
    for (let round = 0; round < 2; round += 1) {
      expect(() => folder.open()).toThrow(
        expect.objectContaining({
          code: 'lost',
          message: expect.stringMatching(
            /is at revision [34]\d, and revision 71 was acknowledged: commits are lost\. Bring the missing file back, restore a backup \(daybreak restore FILE --data .*\), or start .* --accept-loss/,
          ),
        }),
      );
    }
  });

  it('lets a log that was cut in half pass where the loss is accepted, once and for all', async () => {
    await crash();
    await folder.halve('daybreak.db-wal');
    const store = folder.open('accept');
    const { revision } = await store.contents();
    expect(revision).toBeLessThan(COMMITS);
    expect(await store.commit(putColor(revision, 'new'))).toMatchObject({ revision: revision + 1 });
    await folder.close();
    expect((await folder.open().contents()).revision).toBe(revision + 1);
  });

  it('is passed by the revision of a backup that takes the place of what was lost', async () => {
    await crash();
    await folder.halve('daybreak.db-wal');
    const contents = { revision: 20, resources: [colorNode('white')], tokens: [] };
    expect(await folder.open('replace').replace(contents, true)).toEqual({
      outcome: 'replaced',
      revision: COMMITS + 1,
    });
    await folder.close();
    expect(await folder.open().contents()).toEqual({ ...contents, revision: COMMITS + 1 });
  });

  it('stays as it was where a backup was not restored, and goes with all resources where it was empty', async () => {
    await crash();
    await folder.halve('daybreak.db-wal');
    const empty = { revision: 0, resources: [], tokens: [] };
    expect(await folder.open('replace').replace(empty, false)).toMatchObject({ outcome: 'occupied' });
    await folder.close();
    expect(() => folder.open()).toThrow(expect.objectContaining({ code: 'lost' }));
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
      code: 'lost',
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
      expect.objectContaining({ code: 'lost', message: expect.stringContaining('is empty or missing') }),
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
