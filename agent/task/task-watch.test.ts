import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createLog } from '../../common/log.ts';
import { watchTask } from './task-watch.ts';

/** Serves the metadata of a task that is to stop. Returns its URL. */
async function stoppingTask(): Promise<string> {
  const server = createServer((_, response) => void response.end('{"DesiredStatus":"STOPPED"}')).listen(0);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v4/x`;
}

test('an Envoy that is started while ECS stops the task asks callers to leave, as the one before it: it did not', async () => {
  let drains = 0;
  const drainListeners = async (): Promise<void> => void (drains += 1);
  const task = watchTask({
    endpoint: await stoppingTask(),
    admin: { endpoints: async () => [], drainListeners },
    isLocal: () => true,
    readSockets: async () => [],
    onChange: () => undefined,
    log: createLog('test', 'silent'),
  });
  onTestFinished(() => task.close());
  await expect.poll(() => [task.reason(), drains]).toEqual(['ECS stops the task', 1]);

  const over = new AbortController();
  const watching = task.watch(over.signal);
  await expect.poll(() => drains).toBe(2);
  over.abort();
  await watching;
  expect(task.reason()).toBe('ECS stops the task');
});
