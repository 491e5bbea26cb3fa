import { writeFile } from 'node:fs/promises';
import { status, type ChannelCredentials } from '@grpc/grpc-js';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { STATUS_METHODS } from '../../../xds/csds/service.ts';
import { SERVICES } from '../../../xds/service.ts';
import { GUEST, OWNER } from '../../auth/testing/signed-requests.ts';
import { makeAuthority, type Authority, type Names } from '../../tls/testing/certificates.ts';
import { accessFixture, tokenLine } from '../testing/access.ts';
import { SHORT_FORM } from '../../../common/testing/short-form.ts';

// Files are checked twice before they are read, so some of these tests are slow by nature.

const NODE = 'mesh/m/virtualNode/n';
const { UNAUTHENTICATED, PERMISSION_DENIED, INVALID_ARGUMENT } = status;

let authority: Authority;
beforeAll(async () => {
  authority = await makeAuthority();
});
const { file, serve, open, channel } = accessFixture();
const certified = async (names: Names, by = authority): Promise<ChannelCredentials> =>
  channel(await by.issue(names));
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('a token', () => {
  beforeEach(() =>
    writeFile(
      file('tokens'),
      tokenLine('good', ['mesh/m/virtualNode/*']) +
        tokenLine('old', ['*'], '2020-01-01T00:00:00Z') +
        tokenLine('owned', [`mesh/m@${OWNER}/virtualNode/*`]),
    ),
  );

  test.each<[string, Readonly<Record<string, string>>, string, 'served' | [status, RegExp]]>([
    ['that admits the node', bearer('good'), NODE, 'served'],
    [
      'that admits the node by another form of its id',
      bearer('good'),
      `arn:aws:appmesh:x:${OWNER}:${NODE}`,
      'served',
    ],
    [
      'that admits other nodes',
      bearer('good'),
      'mesh/other/virtualNode/n',
      [PERMISSION_DENIED, /may be mesh\/m\/virtualNode\/\*, not mesh\/other/],
    ],
    ['for the mesh of one account', bearer('owned'), NODE, [PERMISSION_DENIED, new RegExp(`m@${OWNER}/`)]],
    ['that is unknown', bearer('bad'), NODE, [UNAUTHENTICATED, /not known/]],
    ['that has expired', bearer('old'), NODE, [UNAUTHENTICATED, /expired at 2020-01-01/]],
    [
      'that is missing',
      {},
      NODE,
      [UNAUTHENTICATED, /no credentials: this control plane wants authorization: Bearer/],
    ],
    ['with an invalid node id', bearer('good'), 'nonsense', [INVALID_ARGUMENT, /names no proxy/]],
  ])('%s', async (_, metadata, node, expected) => {
    const { refusals, identified } = await serve({ tokens: true });
    const opened = await open(node, metadata).opened;
    if (expected === 'served') {
      expect(opened).toBe('served');
      expect(identified).toEqual([true]);
      expect(refusals).toEqual([]);
      return;
    }
    expect(opened).toMatchObject({
      code: expected[0],
      details: expect.stringMatching(expected[1]) as string,
    });
    expect(refusals).toHaveLength(1);
  });

  test.skipIf(SHORT_FORM)('that is removed from the file ends its streams, and no others', async () => {
    const { readings, xds } = await serve({ tokens: true });
    const [kept, lost] = [open(NODE, bearer('good')), open(NODE, bearer('also'))];
    expect(await lost.opened).toMatchObject({ code: UNAUTHENTICATED });
    await writeFile(file('tokens'), tokenLine('good', ['*']) + tokenLine('also', ['*']));
    await expect.poll(() => readings).toEqual(['tokens']);
    const also = open(NODE, bearer('also'));
    expect([await kept.opened, await also.opened]).toEqual(['served', 'served']);
    await writeFile(file('tokens'), tokenLine('good', ['*']));
    expect(await also.ended).toMatchObject({
      code: UNAUTHENTICATED,
      details: expect.stringContaining('not known') as string,
    });
    expect(xds.streams()).toHaveLength(1);
  });

  test('stays valid when its file becomes invalid', async () => {
    const { readings, xds } = await serve({ tokens: true });
    expect(await open(NODE, bearer('good')).opened).toBe('served');
    await writeFile(file('tokens'), 'nothing');
    await expect.poll(() => readings).toEqual(['tokens']);
    expect(await open(NODE, bearer('good')).opened).toBe('served');
    expect(xds.streams()).toHaveLength(2);
  });

  test.skipIf(SHORT_FORM)('that expires ends its stream', async () => {
    const soon = new Date(Date.now() + 3000).toISOString();
    await writeFile(file('tokens'), tokenLine('brief', ['*'], soon));
    await serve({ tokens: true });
    const stream = open(NODE, bearer('brief'));
    expect(await stream.opened).toBe('served');
    expect(await stream.ended).toMatchObject({
      code: UNAUTHENTICATED,
      details: expect.stringContaining('expired at') as string,
    });
  });

  test.skipIf(SHORT_FORM)('whose expiry is set to an earlier time ends its stream at that time', async () => {
    await writeFile(file('tokens'), tokenLine('brief', ['*'], '2099-01-01T00:00:00Z'));
    const { readings } = await serve({ tokens: true });
    const stream = open(NODE, bearer('brief'));
    expect(await stream.opened).toBe('served');
    await writeFile(file('tokens'), tokenLine('brief', ['*'], new Date(Date.now() + 2500).toISOString()));
    await expect.poll(() => readings).toEqual(['tokens']);
    expect(await stream.ended).toMatchObject({ code: UNAUTHENTICATED });
  });

  test('for the mesh of one account ends its stream once the mesh belongs to another account', async () => {
    const { owners, admission } = await serve({ tokens: true });
    owners.set('m', OWNER);
    const stream = open(NODE, bearer('owned'));
    expect(await stream.opened).toBe('served');
    admission.recheck(0);
    owners.set('m', GUEST);
    admission.recheck(0);
    expect(await stream.ended).toMatchObject({ code: PERMISSION_DENIED });
  });
});

describe('every service needs the credentials that ADS needs', () => {
  beforeEach(() => writeFile(file('tokens'), tokenLine('one', [NODE]) + tokenLine('all', ['*'])));

  test('the service of one type', async () => {
    await serve({ tokens: true });
    const opened = (node: string, token: string) =>
      open(node, bearer(token), undefined, { method: SERVICES.clusters.sotw }).opened;
    expect(await opened(NODE, 'none')).toMatchObject({ code: UNAUTHENTICATED });
    expect(await opened('mesh/m/virtualNode/other', 'one')).toMatchObject({ code: PERMISSION_DENIED });
    expect(await opened(NODE, 'one')).toBe('served');
  });

  test('the status of all proxies, which needs the right to be every node', async () => {
    await serve({ tokens: true });
    // The request is a discovery request as elsewhere, not a status request: this test is about how far the call gets.
    const opened = (token: string) =>
      open(NODE, bearer(token), undefined, { method: STATUS_METHODS.StreamClientStatus }).opened;
    expect(await opened('none')).toMatchObject({ code: UNAUTHENTICATED });
    expect(await opened('one')).toMatchObject({
      code: PERMISSION_DENIED,
      details: expect.stringContaining('to see all proxies') as string,
    });
    expect(await opened('all')).toBe('served');
  });
});

test('if authentication is off, credentials do not identify a stream', async () => {
  await writeFile(file('tokens'), tokenLine('good', ['*']));
  const { identified } = await serve({});
  expect(await open(NODE, bearer('good')).opened).toBe('served');
  expect(identified).toEqual([false]);
});

describe('a client certificate', () => {
  beforeEach(() => writeFile(file('ca.pem'), authority.pem));
  const spiffe = (path: string): Names => ({
    alternative: [{ type: 'url', value: `spiffe://mesh.example/${path}` }],
  });

  test.each<[string, Names, 'served' | [status, RegExp]]>([
    ['with a SPIFFE id', spiffe(NODE), 'served'],
    ['with a SPIFFE id for all nodes of a mesh', spiffe('mesh/m/virtualNode/*'), 'served'],
    ['with a common name', { commonName: NODE }, 'served'],
    [
      'of another node',
      spiffe('mesh/m/virtualNode/other'),
      [PERMISSION_DENIED, /may be mesh\/m\/virtualNode\/other, not/],
    ],
    ['of no node', { commonName: 'web.example' }, [PERMISSION_DENIED, /names no proxy/]],
    ['that has expired', { ...spiffe(NODE), lifetimeMs: -1000 }, [UNAUTHENTICATED, /valid now/]],
  ])('%s', async (_, names, expected) => {
    const { identified } = await serve({ clientCa: true });
    const opened = await open(NODE, {}, await certified(names)).opened;
    if (expected === 'served') return expect([opened, ...identified]).toEqual(['served', true]);
    expect(opened).toMatchObject({
      code: expected[0],
      details: expect.stringMatching(expected[1]) as string,
    });
  });

  test('of an untrusted authority, or none at all, is refused', async () => {
    await serve({ clientCa: true });
    const strange = await certified(spiffe(NODE), await makeAuthority());
    expect(await open(NODE, {}, strange).opened).toMatchObject({ code: UNAUTHENTICATED });
    expect(await open(NODE).opened).toMatchObject({ code: UNAUTHENTICATED });
  });

  test.skipIf(SHORT_FORM)('that expires ends its stream', async () => {
    await serve({ clientCa: true });
    // The times of a certificate are whole seconds.
    const stream = open(NODE, {}, await certified({ ...spiffe(NODE), lifetimeMs: 3000 }));
    expect(await stream.opened).toBe('served');
    expect(await stream.ended).toMatchObject({
      code: UNAUTHENTICATED,
      details: expect.stringContaining('expired at') as string,
    });
  });

  test.skipIf(SHORT_FORM)(
    'ends its stream when its authority is removed; later streams are checked against the new authority',
    async () => {
      const { readings } = await serve({ clientCa: true });
      const stream = open(NODE, {}, await certified(spiffe(NODE)));
      expect(await stream.opened).toBe('served');
      const next = await makeAuthority();
      await writeFile(file('ca.pem'), next.pem + authority.pem);
      await expect.poll(() => readings).toEqual(['clientCa']);
      expect(await open(NODE, {}, await certified(spiffe(NODE))).opened).toBe('served');
      await writeFile(file('ca.pem'), next.pem);
      expect(await stream.ended).toMatchObject({ code: UNAUTHENTICATED });
      expect(await open(NODE, {}, await certified(spiffe(NODE))).opened).toMatchObject({
        code: UNAUTHENTICATED,
      });
      expect(await open(NODE, {}, await certified(spiffe(NODE), next)).opened).toBe('served');
    },
  );
});
