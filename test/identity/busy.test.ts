import { once } from 'node:events';
import { createServer } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { openIdentity } from '../../agent/identity/identity.ts';
import { ATTEST_PATH } from '../../common/contracts/attestation/messages.ts';
import { createLog } from '../../common/log.ts';
import { selfSigned } from '../../controlplane/tls/testing/certificates.ts';
import { createGrpcServer } from '../../xds/grpc/server.ts';
import { CallError } from '../../xds/grpc/call-error.ts';
import { status } from '../../xds/grpc/status.ts';

const NODE = 'mesh/m/virtualNode/a';
const closers: (() => void)[] = [];
afterEach(() => {
  vi.useRealTimers();
  for (const close of closers.splice(0)) close();
});

/** A control plane that has too much to do. Returns its port, and how often it was asked. */
async function busy(retryAfterMs: number) {
  const { cert, key } = await selfSigned();
  const grpc = createGrpcServer();
  let asked = 0;
  grpc.add(ATTEST_PATH, () => ({
    message() {
      asked += 1;
      throw new CallError(status.RESOURCE_EXHAUSTED, 'too much to do', { retryAfterMs });
    },
    halfClose: () => undefined,
  }));
  const server = createServer({ cert, key, ALPNProtocols: ['h2'] }, (socket) => void grpc.serve(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    server.close();
    grpc.close();
  });
  return { ca: cert, port: (server.address() as AddressInfo).port, asked: () => asked };
}

test('an agent comes again when a busy control plane says so, and not before: it came again after a second', async () => {
  const { ca, port, asked } = await busy(60_000);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
  const identity = await openIdentity({
    xds: {
      endpoints: [{ kind: 'tls', host: 'localhost', port }],
      ca: undefined,
      certificate: undefined,
      token: undefined,
      identity: { proofs: ['x509'], joinToken: undefined },
    },
    secure: () => ({ tls: { ca } }),
    nodeId: NODE,
    agentVersion: '0.1.0',
    file: undefined,
    log: createLog('test', 'silent'),
  });
  closers.push(() => identity?.close());
  vi.advanceTimersByTime(1);
  await turns(() => identity?.status().problem !== undefined);
  expect(identity?.status().problem).toContain('8 RESOURCE_EXHAUSTED: too much to do');
  expect(asked()).toBe(1);
  // Longer than all waits without such a wish, up to the moment.
  vi.advanceTimersByTime(59_900);
  await turns(() => asked() > 1, 100);
  expect(asked()).toBe(1);
  vi.advanceTimersByTime(6101);
  await turns(() => asked() > 1);
  expect(asked()).toBe(2);
});

/** Lets the event loop turn until something is so: as often as given, or for a minute of the clock that the test does not change. */
async function turns(isSo: () => boolean, most = Infinity): Promise<void> {
  const end = process.hrtime.bigint() + 60_000_000_000n;
  for (let turn = 0; turn < most && !isSo() && process.hrtime.bigint() < end; turn += 1)
    await new Promise(setImmediate);
}
