import { status } from './grpc/status.ts';
import { afterEach, expect, test } from 'vitest';
import { createDeltaClient, type DeltaClient } from './client/client.ts';
import type { DeltaUpdate } from './client/update.ts';
import { CallError } from './grpc/call-error.ts';
import { listenForTest } from './testing/server.ts';
import { makeSnapshot } from './testing/resources.ts';
import { CLUSTER } from './types.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** Starts a server that is stopped after the test. */
async function listen(...args: Parameters<typeof listenForTest>) {
  const server = await listenForTest(...args);
  cleanups.push(server.stop);
  return server;
}

/** Creates a client that stores and ACKs updates, and lets a test wait for events. */
function connect(ports: readonly number[], id = 'n') {
  const events: string[] = [];
  const versions = new Map<string, string>();
  let wake = (): void => {};
  const happened = (event: string): void => {
    events.push(event);
    wake();
  };
  const client: DeltaClient = createDeltaClient({
    upstreams: ports.map((port) => ({ address: { host: '127.0.0.1', port } })),
    node: () => ({ id, cluster: 'c' }),
    versions: () => versions,
    onUpdate(update: DeltaUpdate) {
      for (const { name, version } of update.resources) versions.set(name, version);
      for (const name of update.removed) versions.delete(name);
      client.answer(update);
      happened(
        [...update.resources.map(({ name }) => `+${name}`), ...update.removed.map((n) => `-${n}`)].join(' '),
      );
    },
    onState: (state, detail) => happened(state === 'connected' ? state : `${state}: ${detail}`),
  });
  cleanups.push(() => client.close());
  const until = async (event: string | RegExp): Promise<void> => {
    const seen = (): boolean => events.some((e) => (typeof event === 'string' ? e === event : event.test(e)));
    while (!seen()) await new Promise<void>((resolve) => void (wake = resolve));
  };
  return { client, events, until };
}

test('a client gets its snapshot, then each change, and the server knows its state', async () => {
  const { xds, port } = await listen();
  xds.set('n', makeSnapshot({ [CLUSTER]: { a: '1' } }));
  const { client, until } = connect([port]);
  client.subscribe(CLUSTER, new Set(['*']));
  await until('+a');
  xds.set('n', makeSnapshot({ [CLUSTER]: { a: '1', b: '1' } }));
  await until('+b');
  await expect.poll(() => xds.settled('n', CLUSTER)).toBe('acked');
  expect(xds.streams()).toMatchObject([
    {
      key: 'n',
      variant: 'delta',
      node: { id: 'n', cluster: 'c' },
      types: [{ typeUrl: CLUSTER, resources: 2 }],
    },
  ]);
});

test('the server knows the versions that a client has, including those of an earlier stream', async () => {
  const [first, second] = [await listen(), await listen()];
  const heldAt = ({ xds }: typeof first) => ['a', 'b'].map((name) => xds.streams()[0]?.types[0]?.held(name));
  const snapshot = makeSnapshot({ [CLUSTER]: { a: '1' } });
  const version = snapshot.get(CLUSTER)?.resources.get('a')?.version;
  first.xds.set('n', snapshot);
  const { client, until } = connect([first.port, second.port]);
  client.subscribe(CLUSTER, new Set(['*']));
  await until('+a');
  expect(heldAt(first)).toEqual([version, undefined]);
  first.stop();
  await expect.poll(() => heldAt(second)).toEqual([version, undefined]);
});

test('a stream without a snapshot waits, and is served as soon as there is one', async () => {
  const { xds, port } = await listen();
  const { client, until } = connect([port]);
  client.subscribe(CLUSTER, new Set(['*']));
  await until('connected');
  xds.set('n', makeSnapshot({ [CLUSTER]: { a: '1' } }));
  await until('+a');
});

test('a stream whose snapshot is deleted is sent nothing, and keeps its resources, until there is another snapshot', async () => {
  const { xds, port } = await listen();
  xds.set('n', makeSnapshot({ [CLUSTER]: { a: '1' } }));
  const { client, until, events } = connect([port]);
  client.subscribe(CLUSTER, new Set(['*']));
  await until('+a');
  await expect.poll(() => xds.settled('n', CLUSTER)).toBe('acked');
  xds.delete('n');
  client.subscribe(CLUSTER, new Set(['*', 'b']));
  await expect.poll(() => xds.streams()).toMatchObject([{ types: [{ resources: 1 }] }]);
  xds.set('n', makeSnapshot({ [CLUSTER]: { a: '1', b: '1', c: '1' } }));
  await until('+b +c');
  expect(events.filter((event) => event !== 'connected')).toEqual(['+a', '+b +c']);
});

test('a node that is refused gets the reason', async () => {
  const { port } = await listen({
    keyOf: ({ id }) => {
      throw new CallError(status.INVALID_ARGUMENT, `node.id ${JSON.stringify(id)}: no`);
    },
  });
  const { client, until } = connect([port]);
  client.subscribe(CLUSTER, new Set(['*']));
  await until(/^disconnected: refused by 127.0.0.1:\d+: 3 INVALID_ARGUMENT: node.id "n": no/);
});

test('a client that lost its server reconnects with its versions, and is sent only the difference', async () => {
  const first = await listen();
  first.xds.set('n', makeSnapshot({ [CLUSTER]: { a: '1', b: '1' } }));
  const { client, until, events } = connect([first.port]);
  client.subscribe(CLUSTER, new Set(['*']));
  await until('+a +b');
  first.stop();
  await until(/^disconnected/);
  const second = await listen({}, first.port);
  second.xds.set('n', makeSnapshot({ [CLUSTER]: { a: '1', b: '2' } }));
  await until('+b');
  expect(events.filter((event) => event.startsWith('+'))).toEqual(['+a +b', '+b']);
});

test('a client connects to the next upstream if the first is down', async () => {
  const dead = await listen();
  dead.stop();
  const { xds, port } = await listen();
  xds.set('n', makeSnapshot({ [CLUSTER]: { a: '1' } }));
  const { client, until } = connect([dead.port, port]);
  client.subscribe(CLUSTER, new Set(['*']));
  await until('+a');
});
