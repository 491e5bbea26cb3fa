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
  /** Where a file of it is. */
  at(name: string): string;
  open(loss?: Loss): Store;
  /** Closes the store, where one is open. */
  close(): Promise<void>;
  /** Opens the store, makes so many commits, and closes it. */
  fill(commits: number): Promise<void>;
  /** Takes the second half of a file away. */
  halve(name: string): Promise<void>;
  /** Goes on in another folder; the one before is taken away. */
  moveTo(path: string): Promise<void>;
};

/** Makes a folder before each test, and takes it away after it. */
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
