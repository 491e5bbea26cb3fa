import { expect, test } from 'vitest';
import { createLog } from '../../../common/log.ts';
import { startMute } from '../../../common/testing/mute.ts';
import { connectionConfig } from './connection.ts';
import { listenForCommits } from './listener.ts';
import { openPostgresStore } from './postgres.ts';
import { SHORT_FORM } from '../../../common/testing/short-form.ts';

// A server that accepts connections and never responds.

const urlOf = (port: number): string => `postgres://user@127.0.0.1:${port}/database`;

test.skipIf(SHORT_FORM)(
  'opening a store on a server that never responds fails within its patience, and closes the connection',
  async () => {
    const { port, open } = await startMute();
    const opening = openPostgresStore({ url: urlOf(port), log: createLog('test', 'silent'), patience: 0 });
    await expect(opening).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await expect.poll(open).toBe(0);
  },
);

test.skipIf(SHORT_FORM)('the listener notices a server that never responds, and reconnects', async () => {
  const { port, open } = await startMute();
  const stop = new AbortController();
  const states: string[] = [];
  const listening = listenForCommits({
    config: connectionConfig(urlOf(port)),
    signal: stop.signal,
    onHint: () => undefined,
    onAnnouncement: () => undefined,
    onState: (state, reason) => void states.push(`${state}: ${reason}`),
  });
  await expect.poll(() => states).toEqual([expect.stringMatching(/^lost: .*timeout/)]);
  stop.abort();
  await listening;
  await expect.poll(open).toBe(0);
});
