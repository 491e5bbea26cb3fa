import { create, toBinary } from '@bufbuild/protobuf';
import { expect, onTestFinished, test } from 'vitest';
import { DeltaDiscoveryRequestSchema } from '#envoy/envoy/service/discovery/v3/discovery_pb.ts';
import { SERVICES } from '../service.ts';
import { connectRaw, frame } from '../testing/http2.ts';
import { makeSnapshot } from '../testing/resources.ts';
import { listenForTest } from '../testing/server.ts';
import { openThinLink } from '../testing/thin-link.ts';
import { CLUSTER } from '../types.ts';

// Row P30 of docs/xds.md: many clients that share one slow link.

const CLIENTS = 10;
const SIZE = 1024 * 1024;
/** Each client gets a tenth of it: one frame in less than a second, its response in twenty. */
const BYTES_PER_SECOND = 256 * 1024;
/** Longer than a pause of this process, which has the link too. */
const STALL_MS = 25_000;

test('clients that share a slow link are not reset, even if a response takes long; one among them that stops reading is', {
  timeout: 300_000,
}, async () => {
  const stalls: string[] = [];
  const options = { stallTimeoutMs: STALL_MS, onStall: (key: string) => void stalls.push(key) };
  const { xds, port, stop } = await listenForTest(options);
  const link = await openThinLink(port, BYTES_PER_SECOND);
  onTestFinished(() => {
    link.close();
    stop();
  });

  function open(id: string): { readonly read: () => number; readonly isClosed: () => boolean } {
    const client = connectRaw(link.port, 64 * 1024);
    onTestFinished(client.close);
    const stream = client.open(SERVICES.aggregated.delta.path);
    let read = 0;
    if (id === 'still') stream.pause();
    else stream.on('data', (chunk: Buffer) => (read += chunk.length));
    const request = create(DeltaDiscoveryRequestSchema, { node: { id }, typeUrl: CLUSTER });
    stream.write(frame(toBinary(DeltaDiscoveryRequestSchema, request)));
    return { read: () => read, isClosed: () => stream.closed };
  }

  const snapshot = makeSnapshot({ [CLUSTER]: { a: '.'.repeat(SIZE) } });
  for (const id of ['reads', 'still']) xds.set(id, snapshot);
  const readers = Array.from({ length: CLIENTS }, () => open('reads'));
  open('still');
  const began = Date.now();
  const least = (): number => Math.min(...readers.map(({ read }) => read()));
  await expect.poll(least, { timeout: 240_000, interval: 100 }).toBeGreaterThanOrEqual(SIZE);
  expect(Date.now() - began).toBeGreaterThan(STALL_MS);
  expect(stalls).toEqual(['still']);
  expect(readers.some(({ isClosed }) => isClosed())).toBe(false);
  expect(xds.streams()).toHaveLength(CLIENTS);
});
