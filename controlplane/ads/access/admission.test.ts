import { writeFile } from 'node:fs/promises';
import { status } from '@grpc/grpc-js';
import { describe, expect, test, vi } from 'vitest';
import { SOTW_METHOD } from '../../../xds/service.ts';
import { OWNER, REGION, signed } from '../../auth/testing/signed-requests.ts';
import { accessFixture } from '../testing/access.ts';

const NODE = 'mesh/m/virtualNode/n';
const { UNAUTHENTICATED, PERMISSION_DENIED, RESOURCE_EXHAUSTED } = status;

const { file, serve, open } = accessFixture();

describe('a signature as Envoy makes for App Mesh', () => {
  /** Signs as the AWS IAM plugin for google_grpc does: POST to the method, no body, whatever the stream then carries. */
  const sign = async (accessKeyId: string, host: string, at = Date.now()) => {
    const call = { method: 'POST', path: SOTW_METHOD.path, headers: { host } };
    const { host: _, ...headers } = (await signed(call, { accessKeyId, at })).headers as Record<
      string,
      string
    >;
    return headers;
  };
  const ARN = `arn:aws:appmesh:${REGION}:${OWNER}:mesh/shared/virtualNode/n`;

  test.each<[string, string, string, 'served' | [status, RegExp]]>([
    ['of a user with all rights', 'AKADMIN', NODE, 'served'],
    ['of a user with rights for that mesh', 'AKCAREFUL', ARN, 'served'],
    [
      'of a user with rights for another mesh',
      'AKCAREFUL',
      NODE,
      [
        PERMISSION_DENIED,
        /appmesh:StreamAggregatedResources on resource: arn:aws:appmesh:.*mesh\/m\/virtualNode\/n/,
      ],
    ],
    ['of a user of an account that the mesh is shared with', 'AKGUEST', ARN, 'served'],
    [
      'of a user of another account',
      'AKGUEST',
      `arn:aws:appmesh:x:${OWNER}:${NODE}`,
      [PERMISSION_DENIED, /shares no mesh m/],
    ],
    [
      'of an unknown access key',
      'AKNONE',
      NODE,
      [UNAUTHENTICATED, /security token included in the request is invalid/],
    ],
  ])('%s', async (_, key, node, expected) => {
    const { address } = await serve({ credentials: true });
    const opened = await open(node, await sign(key, address)).opened;
    if (expected === 'served') return expect(opened).toBe('served');
    expect(opened).toMatchObject({
      code: expected[0],
      details: expect.stringMatching(expected[1]) as string,
    });
  });

  test('that is too old, of another host, or missing is refused', async () => {
    const { address } = await serve({ credentials: true });
    const old = await sign('AKADMIN', address, Date.now() - 3_600_000);
    expect(await open(NODE, old).opened).toMatchObject({ code: UNAUTHENTICATED });
    expect(await open(NODE, await sign('AKADMIN', 'other.example')).opened).toMatchObject({
      code: UNAUTHENTICATED,
    });
    expect(await open(NODE).opened).toMatchObject({ code: UNAUTHENTICATED });
  });

  test('omits the default port, which the call may name', async () => {
    await serve({ credentials: true });
    const metadata = await sign('AKADMIN', 'localhost');
    const named = open(NODE, metadata, undefined, { authority: 'localhost:443' });
    expect(await named.opened).toBe('served');
    const other = open(NODE, metadata, undefined, { authority: 'localhost:18443' });
    expect(await other.opened).toMatchObject({ code: UNAUTHENTICATED });
  });

  test('is ignored if authentication is off', async () => {
    await serve({});
    expect(await open(NODE, await sign('AKNONE', 'x')).opened).toBe('served');
  });

  test('ends its stream when the access key is removed', async () => {
    const { address } = await serve({ credentials: true });
    const stream = open(NODE, await sign('AKADMIN', address));
    expect(await stream.opened).toBe('served');
    await writeFile(file('credentials'), JSON.stringify({ accounts: [{ id: OWNER }] }));
    expect(await stream.ended).toMatchObject({
      code: UNAUTHENTICATED,
      details: expect.stringContaining('AKADMIN') as string,
    });
  });
});

describe('too many', () => {
  test('proxies of one resource are refused', async () => {
    const { refusals } = await serve({}, { proxyQuotas: { proxies: undefined, proxiesPerResource: 2 } });
    const [first, second] = [open(NODE), open(NODE)];
    expect([await first.opened, await second.opened]).toEqual(['served', 'served']);
    expect(await open(NODE).opened).toEqual({
      code: RESOURCE_EXHAUSTED,
      details: `${NODE} has 2 connected proxies, and --max-proxies-per-resource allows no more`,
    });
    expect(await open('mesh/m/virtualNode/other').opened).toBe('served');
    first.close();
    await expect.poll(() => open(NODE).opened).toBe('served');
    expect(new Set(refusals)).toEqual(new Set(['quota']));
  });

  test('proxies in all are refused', async () => {
    await serve({}, { proxyQuotas: { proxies: 1, proxiesPerResource: undefined } });
    expect(await open(NODE).opened).toBe('served');
    expect(await open('mesh/m/virtualNode/other').opened).toMatchObject({
      code: RESOURCE_EXHAUSTED,
      details: 'there are 1 connected proxies, and --max-proxies allows no more',
    });
  });

  test('new streams at once are refused', async () => {
    const { refusals } = await serve({}, { adsRateLimit: { rate: 0.001, burst: 3 } });
    const opened = await Promise.all(Array.from({ length: 5 }, () => open(NODE).opened));
    expect(opened.filter((each) => each === 'served')).toHaveLength(3);
    const refused = opened.filter((each) => each !== 'served');
    expect(refused[0]).toMatchObject({
      code: RESOURCE_EXHAUSTED,
      details: expect.stringContaining('too many new streams at once') as string,
    });
    expect(refusals).toEqual(['rate', 'rate']);
  });
});

test('an ended stream is not checked again', async () => {
  const { owners, admission, xds } = await serve({});
  const stream = open(NODE);
  expect(await stream.opened).toBe('served');
  const asked = vi.spyOn(owners, 'get');
  admission.recheck(0);
  expect(asked).toHaveBeenCalledTimes(1);
  stream.close();
  await expect.poll(() => xds.streams()).toEqual([]);
  admission.recheck(0);
  expect(asked).toHaveBeenCalledTimes(1);
});

test('stop drains all streams evenly, and admits no new stream', async () => {
  const { listener, xds } = await serve({});
  const all = Array.from({ length: 20 }, () => open(NODE));
  expect(new Set(await Promise.all(all.map(({ opened }) => opened)))).toEqual(new Set(['served']));
  const order: number[] = [];
  all.forEach(({ ended }, index) => void ended.then(() => order.push(index)));
  await listener.stop(60_000, new AbortController().signal);
  const ends = await Promise.all(all.map(({ ended }) => ended));
  expect(new Set(ends.map(({ code }) => code))).toEqual(new Set([status.OK]));
  expect(xds.streams()).toEqual([]);
  expect(await open(NODE).opened).toMatchObject({ code: status.UNAVAILABLE });
});
