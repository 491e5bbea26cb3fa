import { mkdtemp, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { openSqliteStore } from '../sqlite/sqlite.ts';
import type { Loss, Store } from '../store.ts';
import { commitColors } from './colors.ts';

/** A data folder for each test of a file, and the store in it. */
export type TestFolder = {
  readonly path: string;
  /** Returns the path of a file in the folder. */
  at(name: string): string;
  open(loss?: Loss): Store;
  /** Closes the store if one is open. */
  close(): Promise<void>;
  /** Opens the store, makes `commits` commits, and closes it. */
  fill(commits: number): Promise<void>;
  /** Truncates a file to its first half. */
  halve(name: string): Promise<void>;
  /** Continues in another folder; the previous one is removed. */
  moveTo(path: string): Promise<void>;
};

/** Creates a folder before each test, and removes it afterwards. */
export function testFolder(): TestFolder {
  let path = '';
  let store: Store | undefined;
  const remove = (): Promise<void> => rm(path, { recursive: true });
  const folder: TestFolder = {
    get path() {
      return path;
    },
    at: (name) => join(path, name),
    open: (loss = 'refuse') => (store = openSqliteStore({ folder: path, loss })),
    close: async () => {
      await store?.close();
      store = undefined;
    },
    fill: async (commits) => {
      await commitColors(folder.open(), commits);
      await folder.close();
    },
    halve: async (name) => {
      const { size } = await stat(folder.at(name));
      await truncate(folder.at(name), Math.floor(size / 2));
    },
    moveTo: async (other) => {
      await folder.close();
      await remove();
      path = other;
    },
  };
  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'daybreak-folder-'));
  });
  afterEach(async () => {
    await folder.close();
    await remove();
  });
  return folder;
}
