import { constants, type ClientHttp2Stream } from 'node:http2';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { create, toBinary } from '@bufbuild/protobuf';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  DeltaDiscoveryRequestSchema,
  DiscoveryRequestSchema,
} from '#envoy/envoy/service/discovery/v3/discovery_pb.ts';
import { SERVICES } from '../service.ts';
import { connectRaw, frame } from '../testing/http2.ts';
import { listenForTest } from '../testing/server.ts';
import { makeSnapshot } from '../testing/resources.ts';
import { CLUSTER, type Snapshot } from '../types.ts';
import { openCall } from './testing/call.ts';
import { SHORT_FORM } from '../../common/testing/short-form.ts';

// Row P30 of docs/xds.md: a client that stops reading its HTTP/2 stream, with a server and other clients on loopback.

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

const LIMIT_MS = 60_000;
vi.setConfig({ testTimeout: LIMIT_MS });
const MIB = 2 ** 20;
const large = (content: number): Snapshot =>
  makeSnapshot({ [CLUSTER]: { a: `${content}`.padEnd(MIB, '.') } });

describe.each(['delta', 'sotw'] as const)('P30 %s', (variant) => {
  const schema = variant === 'delta' ? DeltaDiscoveryRequestSchema : DiscoveryRequestSchema;
  const request = (init: Record<string, unknown>): Buffer =>
    frame(toBinary(schema, create(schema, { node: { id: 'n' }, typeUrl: CLUSTER, ...init })));

  /** Opens a stream that is sent a mebibyte and reads none of it. */
  async function stalled(options: Parameters<typeof listenForTest>[0]) {
    const server = await listenForTest({ stepTimeoutMs: 5, ...options });
    const raw = connectRaw(server.port, 64 * 1024);
    cleanups.push(server.stop, raw.close);
    const stream = raw.open(SERVICES.aggregated[variant].path);
    stream.pause();
    server.xds.set('n', large(0));
    stream.write(request({}));
    await expect.poll(() => server.xds.streams()[0]?.types[0]?.outstanding).toBeDefined();
    return { ...server, stream };
  }

  test('delays no other stream, holds only its first response, and is reset after the time limit, which onStall reports', async () => {
    const stalls: string[] = [];
    const { xds, port, stream } = await stalled({
      stallTimeoutMs: 1500,
      onStall: (key) => void stalls.push(key),
    });
    const reader = openCall(port, variant);
    cleanups.push(reader.close);
    reader.ask({ node: { id: 'n' }, typeUrl: CLUSTER });
    const before = buffersInUse();
    for (let content = 1; content <= 30; content += 1) {
      const { nonce } = await reader.next();
      // Longer than a step: the client that does not read is still not sent newer content on top of the old.
      xds.set('n', large(content));
      reader.ask({ typeUrl: CLUSTER, responseNonce: nonce });
      if (content % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await reader.next();
    expect(buffersInUse() - before).toBeLessThan(10 * MIB);
    await expect.poll(() => stalls, { timeout: LIMIT_MS }).toEqual(['n']);
    expect(xds.streams()).toHaveLength(1);
    await closing(stream);
    expect(stream.rstCode).toBe(constants.NGHTTP2_CANCEL);
  });

  test.skipIf(SHORT_FORM)(
    'a client that reads slowly is not reset, even if a response takes long',
    async () => {
      const stalls: string[] = [];
      const stallTimeoutMs = 4000;
      const { xds, stream } = await stalled({ stallTimeoutMs, onStall: (key) => void stalls.push(key) });
      // One frame per eighth of a second: a mebibyte takes twice the stall limit.
      const started = Date.now();
      let read = 0;
      while (read < MIB && stalls.length === 0) {
        const chunk = (stream.read(16 * 1024) ?? stream.read()) as Buffer | null;
        read += chunk?.length ?? 0;
        await new Promise((resolve) => setTimeout(resolve, chunk === null ? 5 : 125));
      }
      expect(stalls).toEqual([]);
      expect(read).toBeGreaterThanOrEqual(MIB);
      expect(Date.now() - started).toBeGreaterThan(stallTimeoutMs);
      expect(xds.streams()).toHaveLength(1);
    },
  );

  test('a client that continues before the limit is sent the last state, and none of the states in between', async () => {
    const { xds, stream } = await stalled({ stallTimeoutMs: 60_000 });
    for (let content = 1; content <= 20; content += 1) xds.set('n', large(content));
    const read: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => void read.push(chunk)).resume();
    const responses = (): number => Math.floor(read.reduce((sum, { length }) => sum + length, 0) / MIB);
    await expect.poll(responses, { timeout: LIMIT_MS }).toBe(2);
    const bytes = Buffer.concat(read);
    expect(bytes.includes('a=0.')).toBe(true);
    expect(bytes.includes('a=20.')).toBe(true);
  });

  test('a client that closes its side is dropped at once, although its response is not flushed', async () => {
    const { xds, stream } = await stalled({ stallTimeoutMs: 60_000 });
    stream.end();
    await expect.poll(() => xds.streams(), { timeout: LIMIT_MS }).toEqual([]);
  });

  test('a server that stops does not wait for the slow reader', async () => {
    const { stream, stop } = await stalled({});
    stop();
    await closing(stream);
    expect(stream.closed).toBe(true);
  });
});

function closing(stream: ClientHttp2Stream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.closed) resolve();
    else stream.once('close', resolve);
  });
}

function buffersInUse(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  return process.memoryUsage().arrayBuffers;
}
