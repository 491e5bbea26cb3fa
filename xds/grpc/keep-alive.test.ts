import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
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
