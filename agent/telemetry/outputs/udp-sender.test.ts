import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { freePort } from '../../../test/lab/net/free-port.ts';
import { createUdpSender } from './udp-sender.ts';

test('the sender says that no daemon listens on this host, and sends again when one does', async () => {
  const port = await freePort();
  const sender = createUdpSender('localhost', port);
  const attempt = async () => {
    try {
      await sender.send(Buffer.from('a'));
      return 'sent';
    } catch (error) {
      return String(error);
    }
  };
  await expect.poll(attempt, { interval: 1 }).toContain('ECONNREFUSED');
  const daemon = createSocket('udp4');
  daemon.bind(port, '127.0.0.1');
  await once(daemon, 'listening');
  const texts: string[] = [];
  daemon.on('message', (bytes) => texts.push(bytes.toString()));
  await expect
    .poll(async () => {
      await attempt();
      return texts.length;
    })
    .toBeGreaterThan(0);
  sender.close();
  daemon.close();
});

test('a name without an address is a failure with the name', async () => {
  const sender = createUdpSender('no-daemon.invalid', 8125);
  await expect(sender.send(Buffer.from('a'))).rejects.toThrow('no-daemon.invalid');
  sender.close();
});
