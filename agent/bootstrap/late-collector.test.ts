import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { createLog } from '../../common/log.ts';
import { openLateCollector } from './late-collector.ts';

const log = createLog('test', 'silent');

/** A collector on loopback, with the texts that it has received. */
async function collector() {
  const socket = createSocket('udp4');
  const received: string[] = [];
  socket.on('message', (datagram) => void received.push(datagram.toString()));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => void socket.close());
  return { received, port: socket.address().port };
}

test('a name that resolves later gets the datagrams from then on, and the ones before are counted', async () => {
  const { received, port } = await collector();
  let isThere = false;
  let asked = 0;
  const ask = async () => {
    asked += 1;
    if (!isThere) throw new Error('getaddrinfo ENOTFOUND');
    return { addresses: ['::1', '127.0.0.1'] };
  };
  const options = { variable: 'STATSD_ADDRESS', name: 'statsd.local', port, why: 'no answer', ask, log };
  const late = await openLateCollector({ ...options, firstMs: 10 });
  onTestFinished(late.close);
  const envoy = createSocket('udp4');
  onTestFinished(() => void envoy.close());
  envoy.send('a:1|c', late.port, late.host);
  await expect.poll(late.problem).toMatch(/^STATSD_ADDRESS=statsd\.local: .*\(1 datagrams so far\)/);
  await expect.poll(() => asked).toBeGreaterThan(2);
  isThere = true;
  await expect.poll(late.problem).toBeUndefined();
  const before = asked;
  envoy.send('b:1|c', late.port, late.host);
  await expect.poll(() => received).toEqual(['b:1|c']);
  expect(asked).toBe(before);
});
