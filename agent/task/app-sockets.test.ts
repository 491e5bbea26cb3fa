import { afterEach, expect, test } from 'vitest';
import type { AppEndpoint } from '../application/endpoint-problem.ts';
import type { ListeningSocket } from '../application/listening-sockets.ts';
import { createAppSockets } from './app-sockets.ts';

const ENDPOINTS: readonly AppEndpoint[] = [
  { cluster: 'cds_ingress_m_n_http_8080', address: '127.0.0.1', port: 8080 },
  { cluster: 'cds_ingress_m_n_tcp_9090', address: '127.0.0.1', port: 9090 },
  { cluster: 'cds_ingress_m_n_tcp_7070', address: '192.0.2.7', port: 7070 },
];
const on = (...ports: readonly number[]): readonly ListeningSocket[] =>
  ports.map((port) => ({ address: '0.0.0.0', port }));

let over = new AbortController();
afterEach(() => over.abort());

/** A watch on sockets that a test changes. `polls` counts the readings. */
function start(settleMs = 0) {
  const seen: (readonly number[])[] = [];
  const host = { sockets: on(), polls: 0 };
  const watch = createAppSockets({
    endpoints: () => Promise.resolve(ENDPOINTS),
    isLocal: (address) => address === '127.0.0.1',
    readSockets: () => {
      host.polls += 1;
      return Promise.resolve(host.sockets);
    },
    onChange: (gone) => seen.push(gone),
    pollMs: 5,
    settleMs,
  });
  over = new AbortController();
  void watch(over.signal);
  const further = async (): Promise<void> => {
    const wanted = host.polls + 3;
    await expect.poll(() => host.polls).toBeGreaterThan(wanted);
  };
  return { seen, host, watch, further };
}

test('an application that has not started yet is not gone; one that stops listening is, until it listens again', async () => {
  const { seen, host, further } = start();
  await further();
  host.sockets = on(8080);
  await further();
  expect(seen).toEqual([]);
  host.sockets = on(9090);
  await expect.poll(() => seen).toEqual([[8080]]);
  host.sockets = on();
  await expect.poll(() => seen).toEqual([[8080], [8080, 9090]]);
  host.sockets = on(8080, 9090);
  await expect.poll(() => seen.at(-1)).toEqual([]);
});

test('an application in a crash loop does not count as back', async () => {
  const { seen, host, further } = start(1_000_000);
  host.sockets = on(8080);
  await further();
  host.sockets = on();
  await expect.poll(() => seen).toEqual([[8080]]);
  for (const sockets of [on(8080), on(), on(8080)]) {
    host.sockets = sockets;
    await further();
  }
  expect(seen).toEqual([[8080]]);
});

test('the watch of the next Envoy knows what the last one saw', async () => {
  const { seen, host, watch, further } = start();
  host.sockets = on(8080);
  await further();
  host.sockets = on();
  await expect.poll(() => seen).toEqual([[8080]]);
  over.abort();
  over = new AbortController();
  void watch(over.signal);
  await further();
  expect(seen).toEqual([[8080]]);
  host.sockets = on(8080);
  await expect.poll(() => seen).toEqual([[8080], []]);
});
