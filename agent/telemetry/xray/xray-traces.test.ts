import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { XRayClient } from '@aws-sdk/client-xray';
import { expect, test } from 'vitest';
import { parseSegment } from './segment.ts';
import { OF_ENVOY } from './testing/segments.ts';
import { openXRayTraces } from './xray-traces.ts';

const SEGMENTS = [parseSegment(JSON.stringify(OF_ENVOY)) ?? []].flat();

async function openAt(answer: RequestListener, callMs?: number) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not-a-secret' };
  const options = { region: 'eu-west-1', endpoint: `http://127.0.0.1:${port}`, credentials, maxAttempts: 1 };
  const parts = { mostBytes: 1024 * 1024, onState: () => undefined };
  const output = openXRayTraces(new XRayClient(options), 'eu-west-1', parts, callMs);
  return {
    output,
    close: async () => {
      await output.close(100);
      server.close();
      server.closeAllConnections();
    },
  };
}

test('an X-Ray that accepts connections and does not answer gets the segments again', async () => {
  let calls = 0;
  const { output, close } = await openAt((request, response) => {
    request.resume();
    calls += 1;
    if (calls > 1) response.end('{"UnprocessedTraceSegments":[]}');
  }, 200);
  output.segments(SEGMENTS);
  await expect.poll(output.status).toMatchObject({ sent: 1, waiting: 0 });
  expect(calls).toBeGreaterThan(1);
  await close();
});

test.each([
  [413, {}, { rejected: 1, waiting: 0 }],
  [400, { 'x-amzn-errortype': 'InvalidRequestException' }, { rejected: 1, waiting: 0 }],
  [403, { 'x-amzn-errortype': 'AccessDeniedException' }, { rejected: 0, waiting: 1, state: 'failing' }],
  [429, { 'x-amzn-errortype': 'ThrottledException' }, { rejected: 0, waiting: 1, state: 'failing' }],
])('status %d of X-Ray with %j', async (status, headers, counts) => {
  const { output, close } = await openAt((request, response) => {
    request.resume();
    response.writeHead(status, headers).end('{}');
  });
  output.segments(SEGMENTS);
  await expect.poll(output.status).toMatchObject(counts);
  await close();
});
