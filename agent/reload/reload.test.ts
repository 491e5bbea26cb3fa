import { expect, test } from 'vitest';
import { createLog } from '../../common/log.ts';
import { createReload, type ReloadOptions } from './reload.ts';

const reload = (options: Partial<ReloadOptions>) =>
  createReload({
    prepare: () => Promise.reject(new TypeError('a defect')),
    replace: async () => ({ kind: 'not now' }),
    succeeded: () => undefined,
    log: createLog('test', 'silent'),
    ...options,
  });

test('a defect of the preparation is a refused reload, and ends neither the agent nor further reloads', async () => {
  const subject = reload({});
  const refused = { kind: 'refused', code: 'FAULT', message: expect.stringContaining('a defect') as unknown };
  expect(await subject.request('hot restart')).toMatchObject(refused);
  expect(await subject.request('restart')).toMatchObject({ ...refused, how: 'restart' });
  await expect.poll(() => subject.status()).toMatchObject({ isRunning: false, counts: { refused: 2 } });
});
