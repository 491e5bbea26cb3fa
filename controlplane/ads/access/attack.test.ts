import { writeFile } from 'node:fs/promises';
import { connect, constants } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { HEALTH_CHECK } from '../../../xds/grpc/health.ts';
import { SOTW_METHOD } from '../../../xds/service.ts';
import { frame } from '../../../xds/testing/http2.ts';
import { accessFixture, tokenLine } from '../testing/access.ts';
import type { End } from '../testing/client.ts';
import { SHORT_FORM } from '../../../common/testing/short-form.ts';

const NODE = 'mesh/m/virtualNode/n';
const { file, serve, open } = accessFixture();

/** Opens calls without credentials over one connection, all at once; returns how often each gRPC code came back. */
async function strangers(address: string, path: string, calls: number): Promise<Map<string, number>> {
  const session = connect(`https://${address}`, { rejectUnauthorized: false });
  const codes = new Map<string, number>();
  const answers = Array.from({ length: calls }, async () => {
    const stream = session.request({
      [constants.HTTP2_HEADER_METHOD]: 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    stream.end(frame(Buffer.alloc(0)));
    const { promise, resolve } = Promise.withResolvers<string>();
    stream.on(
      'response',
      (headers) => headers['grpc-status'] !== undefined && resolve(String(headers['grpc-status'])),
    );
    stream.on('trailers', (trailers) => resolve(String(trailers['grpc-status'])));
    stream.on('error', () => resolve('reset')).resume();
    const code = await promise;
    codes.set(code, (codes.get(code) ?? 0) + 1);
  });
  await Promise.all(answers);
  session.destroy();
  return codes;
}

const UNAUTHENTICATED = `${status.UNAUTHENTICATED}`;

/**
 * Opens a hundred calls without credentials over one connection; returns how many were refused as unauthenticated. The others were reset with the
 * connection, which may be closed because it has not shown who it is for too long: on a busy machine that comes before the last answer.
 */
async function refusedStrangers(address: string): Promise<number> {
  const codes = await strangers(address, SOTW_METHOD.path, 100);
  expect(new Set([...codes.keys(), UNAUTHENTICATED, 'reset'])).toEqual(new Set([UNAUTHENTICATED, 'reset']));
  return codes.get(UNAUTHENTICATED) ?? 0;
}

test.skipIf(SHORT_FORM)(
  'a flood of unauthenticated calls does not use up the rate limit of proxies at the same address',
  async () => {
    await writeFile(file('tokens'), tokenLine('good', ['*']));
    // More unauthenticated calls than the burst of new streams, and as many proxies as the burst.
    const { address } = await serve({ tokens: true }, { adsRateLimit: { rate: 0.001, burst: 200 } });
    for (let refused = 0; refused < 1000; ) refused += await refusedStrangers(address);
    const proxies = Array.from({ length: 200 }, () => open(NODE, { authorization: 'Bearer good' }).opened);
    expect(new Set(await Promise.all(proxies))).toEqual(new Set(['served']));
    expect(await open(NODE, { authorization: 'Bearer good' }).opened).toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
    });
  },
);

test('amid a flood of unauthenticated calls, a thousand authenticated clients at the same address are served', async () => {
  await writeFile(file('tokens'), tokenLine('good', ['*']));
  const clients = SHORT_FORM ? 100 : 1000;
  const { address, refusals, turnedAway } = await serve(
    { tokens: true },
    { adsRateLimit: { rate: 0.001, burst: clients } },
  );
  const served: ('served' | End)[] = [];
  let calls = 0;
  const over = new AbortController();
  // Up to 5,000 calls per second, as fast as they are answered, one connection per hundred calls: more than there are clients.
  const flood = (async () => {
    while (!over.signal.aborted || calls <= clients) {
      const next = sleep(20);
      calls += await refusedStrangers(address);
      await next;
    }
  })();
  for (let group = 0; group < clients; group += 50) {
    const opened = Array.from({ length: 50 }, () => open(NODE, { authorization: 'Bearer good' }).opened);
    served.push(...(await Promise.all(opened)));
  }
  over.abort();
  await flood;
  expect(served).toEqual(Array(clients).fill('served'));
  expect(turnedAway).toEqual([]);
  expect(new Set(refusals)).toEqual(new Set(['unauthenticated']));
  expect(await open(NODE, { authorization: 'Bearer good' }).opened).toMatchObject({
    code: status.RESOURCE_EXHAUSTED,
  });
});

test('an unauthenticated caller does not learn which methods exist', async () => {
  await writeFile(file('tokens'), tokenLine('good', ['*']));
  const { address } = await serve({ tokens: true });
  expect(await strangers(address, '/no.such.Service/Method', 1)).toEqual(new Map([[UNAUTHENTICATED, 1]]));
});

test('a load balancer can check the health of ADS without credentials', async () => {
  await writeFile(file('tokens'), tokenLine('good', ['*']));
  const { address, listener } = await serve({ tokens: true });
  expect(await strangers(address, HEALTH_CHECK, 1)).toEqual(new Map([[`${status.OK}`, 1]]));
  expect(listener.address.port).toBeGreaterThan(0);
});
