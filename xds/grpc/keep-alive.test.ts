import { once } from 'node:events';
import { createServer } from 'node:http2';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { keepAlive } from './keep-alive.ts';
import { grpcFixture, silent } from './testing/calls.ts';
import { SHORT_FORM } from '../../common/testing/short-form.ts';

const fixture = grpcFixture();

/** The connection preface, SETTINGS, and WINDOW_UPDATE by 1 (RFC 9113, sections 3.4, 6.5 and 6.9). */
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const SETTINGS = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
const WINDOW_UPDATE = Buffer.from([0, 0, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0, 1]);

test.skipIf(SHORT_FORM)(
  'a peer that answers no pings is disconnected once it sends nothing more, and not before',
  async () => {
    const { port } = await fixture.serve(silent, { keepAlive: { everyMs: 20, timeoutMs: 1000 } });
    const socket = connect({ host: '127.0.0.1', port });
    fixture.cleanup(() => socket.destroy());
    const closed = once(socket, 'close');
    let isClosed = false;
    void closed.then(() => (isClosed = true));
    // Simulates a peer whose ping acknowledgement is queued behind other data: it goes on sending window updates.
    socket.on('error', () => undefined).resume();
    socket.write(Buffer.concat([PREFACE, SETTINGS]));
    for (let update = 0; update < 30; update += 1) {
      socket.write(WINDOW_UPDATE);
      await sleep(100);
    }
    expect(isClosed).toBe(false);
    await closed;
  },
);

/** Connects, and answers pings, as Node does by itself. */
const PEER = `require('node:http2').connect('http://127.0.0.1:' + process.argv[1]).on('error', () => {})`;

test('a peer that has answered is not disconnected by a process that did not run until the time limit was over', async () => {
  const limits = { everyMs: 20, timeoutMs: 100 };
  const sockets: Socket[] = [];
  let [pauses, isClosed] = [0, false];
  const server = createServer();
  // Before the listener that creates the session.
  server.prependListener('connection', (socket: Socket) => sockets.push(socket));
  server.on('session', (session) => {
    session.on('close', () => (isClosed = true));
    const ping = session.ping.bind(session) as (answered: () => void) => boolean;
    // After each ping, the process stands still for longer than the answer may take; it takes the peer less, even on a busy machine.
    session.ping = (answered: unknown) => {
      setImmediate(() => {
        pauses += 1;
        for (const end = performance.now() + 10 * limits.timeoutMs; performance.now() < end; );
      });
      return ping(answered as () => void);
    };
    const [socket] = sockets;
    if (socket !== undefined) keepAlive(session, socket, limits);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  fixture.cleanup(() => server.close());
  const { port } = server.address() as AddressInfo;
  const peer = execa(process.execPath, ['-e', PEER, `${port}`], { reject: false });
  fixture.cleanup(() => peer.kill('SIGKILL'));
  await expect.poll(() => pauses > 3 || isClosed).toBe(true);
  expect(isClosed).toBe(false);
});
