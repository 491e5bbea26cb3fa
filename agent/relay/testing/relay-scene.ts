import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, connect, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '../../../common/log.ts';
import { createDeltaClient, type DeltaClient } from '../../../xds/client/client.ts';
import type { DeltaUpdate } from '../../../xds/client/update.ts';
import { listenForTest } from '../../../xds/testing/server.ts';
import { startRelay, type RelayOptions } from '../relay.ts';

/** Creates an empty scene of control planes, relays and Envoys of one test. Call `close` after the test. */
export function createRelayScene() {
  const cleanups: (() => unknown)[] = [];

  /** Starts a control plane. */
  async function controlPlane(port = 0) {
    const server = await listenForTest({}, port);
    cleanups.push(server.stop);
    return server;
  }

  async function relayTo(port: number, options: Partial<RelayOptions> = {}) {
    const folder = mkdtempSync(join(tmpdir(), 'relay-'));
    const socketPath = join(folder, 'ads.sock');
    const relay = await startRelay({
      socketPath,
      upstreams: [{ address: { host: '127.0.0.1', port } }],
      node: { id: 'n', cluster: 'n', locality: { region: 'r', zone: 'z' }, metadata: {} },
      log: createLog('test', 'silent'),
      ...options,
    });
    cleanups.push(async () => {
      await relay.close();
      rmSync(folder, { recursive: true });
    });
    return { relay, socketPath };
  }

  /** A delta client in place of Envoy. It answers an update only when the test says so, unless `answers` is set. */
  function envoy(socketPath: string, answers = true) {
    const updates: DeltaUpdate[] = [];
    const states: string[] = [];
    const client: DeltaClient = createDeltaClient({
      upstreams: [{ address: { path: socketPath } }],
      node: () => ({ id: 'n', cluster: 'n', userAgentName: 'envoy' }),
      versions: () => new Map(),
      onUpdate(update) {
        updates.push(update);
        if (answers) client.answer(update);
      },
      onState: (state) => void states.push(state),
    });
    cleanups.push(() => client.close());
    const contents = (): string[] =>
      updates.flatMap(({ resources, removed }) => [
        ...resources.map(({ any }) => Buffer.from(any).toString().split('\x12').at(-1)?.slice(1) ?? ''),
        ...removed.map((name) => `-${name}`),
      ]);
    return { client, updates, states, contents };
  }

  /** Forwards connections to `port`, and counts the bytes that the server sends. */
  async function countedLink(port: number) {
    let bytes = 0;
    const server = createServer((socket) => {
      const onward = connect(port, '127.0.0.1');
      onward.on('data', (chunk) => (bytes += chunk.length));
      for (const each of [socket, onward]) each.on('error', () => undefined);
      socket.pipe(onward).pipe(socket);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanups.push(() => server.close());
    return { port: (server.address() as AddressInfo).port, bytes: () => bytes };
  }

  return {
    controlPlane,
    relayTo,
    envoy,
    countedLink,
    async close() {
      for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
    },
  };
}
