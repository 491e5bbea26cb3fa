import { expect, test } from 'vitest';
import { createLog } from '../../../common/log.ts';
import { startMute } from '../../../common/testing/mute.ts';
import { connectionConfig } from './connection.ts';
import { listenForCommits } from './listener.ts';
import { openPostgresStore } from './postgres.ts';

// A server that takes connections and says nothing.

const urlOf = (port: number): string => `postgres://user@127.0.0.1:${port}/database`;

test('a store on a mute server is not waited for, and its connection is closed', async () => {
  const { port, open } = await startMute();
  const opening = openPostgresStore({ url: urlOf(port), log: createLog('test', 'silent'), patience: 0 });
  await expect(opening).rejects.toMatchObject({ code: 'unavailable' });
  await expect.poll(open).toBe(0);
});

test('one that listens for commits notices that the server is mute, and tries again', async () => {
  const { port, open } = await startMute();
  const stop = new AbortController();
  const states: string[] = [];
  const listening = listenForCommits({
    config: connectionConfig(urlOf(port)),
    signal: stop.signal,
    onHint: () => undefined,
    onState: (state, reason) => void states.push(`${state}: ${reason}`),
  });
  await expect.poll(() => states).toEqual([expect.stringMatching(/^lost: .*timeout/)]);
  stop.abort();
  await listening;
  await expect.poll(open).toBe(0);
});
