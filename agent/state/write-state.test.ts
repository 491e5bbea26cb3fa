import { open } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { sync } from './write-state.ts';

test('a folder of a file system without fsync is no failure', async () => {
  const handle = await open('/proc');
  try {
    await expect(handle.sync()).rejects.toMatchObject({ code: 'EINVAL' });
    await expect(sync(handle)).resolves.toBeUndefined();
  } finally {
    await handle.close();
  }
});

test('any other failure of fsync is one', async () => {
  const handle = await open('/tmp');
  await handle.close();
  await expect(sync(handle)).rejects.toMatchObject({ code: 'EBADF' });
});
