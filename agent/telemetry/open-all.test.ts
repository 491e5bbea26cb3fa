import { expect, test } from 'vitest';
import { openAll } from './open-all.ts';

test('if one of several outputs cannot be opened, the others end, also those that are opened after it; they stayed open', async () => {
  const ended: string[] = [];
  const late = Promise.withResolvers<void>();
  const opening = openAll(['soon', 'never', 'late'], async (name) => {
    if (name === 'never') throw new Error('no region');
    if (name === 'late') await late.promise;
    return { close: async (limitMs: number) => void ended.push(`${name} ${limitMs}`) };
  });
  late.resolve();
  await expect(opening).rejects.toThrow('no region');
  expect(ended).toEqual(['soon 0', 'late 0']);
});

test('outputs keep the order of their names', async () => {
  const opened = await openAll([1, 2], async (name) => ({ name, close: async () => undefined }));
  expect(opened.map(({ name }) => name)).toEqual([1, 2]);
});
