import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { makeAll } from '../../controlplane/api/testing/test-api.ts';
import type { ApiKind } from '../../controlplane/mesh/resource.ts';
import { KINDS } from '../../controlplane/mesh/resource.ts';
import { capture, startBench, type Bench } from '../testing/control-plane.ts';
import { remove, type DeleteOptions } from '../delete.ts';
import { get } from './get.ts';
import type { Selection } from './select.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
  await makeAll(bench.api);
  const node = {
    virtualNodeName: 'busy',
    spec: {
      listeners: [8080, 8081, 8082, 8083].map((port) => ({ portMapping: { port, protocol: 'grpc' } })),
      serviceDiscovery: { dns: { hostname: 'busy.local' } },
      backends: ['a', 'b'].map((virtualServiceName) => ({ virtualService: { virtualServiceName } })),
    },
  };
  await bench.api.call('PUT', '/meshes/colors/virtualNodes', node);
  await bench.api.call('PUT', '/meshes/colors/virtualRouters', { virtualRouterName: 'second', spec: {} });
  const route = {
    routeName: 'all',
    spec: {
      priority: 7,
      grpcRoute: {
        match: { serviceName: 'colors.Teller', methodName: 'Tell', metadata: [{ name: 'x' }] },
        action: {
          weightedTargets: [
            { virtualNode: 'busy', weight: 8, port: 8081 },
            { virtualNode: 'white', weight: 2 },
          ],
        },
      },
    },
  };
  await bench.api.call('PUT', '/meshes/colors/virtualRouter/second/routes', route);
  const put = (url: string, payload: object) =>
    bench.api.app.inject({ method: 'PUT', url: `/daybreak/v1/meshes/colors/${url}`, payload });
  await put('meshIdentities', { meshIdentityName: 'default', spec: { certificateHours: 24 } });
  const principals = [{ awsRole: { roleArn: 'arn:aws:iam::111122223333:role/white' } }];
  const proxy = { virtualNode: { virtualNodeName: 'white' } };
  await put('nodeIdentities', {
    nodeIdentityName: 'white',
    spec: { proxy, principals },
  });
  const from = [{ virtualGateway: { virtualGatewayName: 'door' } }];
  await put('accessPolicies', {
    accessPolicyName: 'extra',
    spec: {
      target: proxy,
      allow: [{ from }],
      deny: [{ http: [{ methods: ['TRACE'] }] }],
      unauthenticated: [],
    },
  });
});
afterAll(() => bench.close());

const selection = (kind: ApiKind, extra: Partial<Selection> = {}): Selection => ({
  kind,
  name: undefined,
  mesh: 'colors',
  meshOwner: undefined,
  virtualRouter: undefined,
  virtualGateway: undefined,
  ...extra,
});

const show = async (
  what: Selection,
  output: 'table' | 'json' | 'yaml' = 'table',
  { client, folder } = bench,
): Promise<string> => {
  const { stdout } = await capture(folder, '', async (streams) => {
    await get(client, what, output, streams.stdout);
    return 0;
  });
  return stdout;
};

describe('get', () => {
  it('shows each kind as a table', async () => {
    const tables = await Promise.all(KINDS.map((kind) => show(selection(kind))));
    await expect(tables.join('\n')).toMatchFileSnapshot('testdata/tables.txt');
  });

  it('prints the answers of the API as JSON and YAML', async () => {
    const { body } = await bench.api.call('GET', '/meshes/colors/virtualNodes/white');
    expect(JSON.parse(await show(selection('virtualNode', { name: 'white' }), 'json'))).toEqual(body);
    expect(parse(await show(selection('virtualNode', { name: 'white' }), 'yaml'))).toEqual(body);
    expect(JSON.parse(await show(selection('virtualRouter'), 'json'))).toHaveLength(2);
    expect(await show(selection('virtualRouter'), 'yaml')).toMatch(/^meshName[^]*\n---\nmeshName/);
  });

  it('filters by name, by parent, or by both', async () => {
    const lines = async (extra: Partial<Selection>) =>
      (await show(selection('route', extra))).split('\n').length - 2;
    expect(await lines({})).toBe(2);
    expect(await lines({ name: 'all' })).toBe(2);
    expect(await lines({ virtualRouter: 'second' })).toBe(1);
    expect(await lines({ virtualRouter: 'second', name: 'all' })).toBe(1);
  });

  it('reads all pages of a list', async () => {
    const own = await startBench();
    onTestFinished(() => own.close());
    await own.api.call('PUT', '/meshes', { meshName: 'many' });
    for (let index = 0; index < 130; index += 1) {
      await own.api.call('PUT', '/meshes/many/virtualNodes', { virtualNodeName: `n${index}`, spec: {} });
    }
    expect((await show(selection('virtualNode', { mesh: 'many' }), 'table', own)).split('\n')).toHaveLength(
      132,
    );
  });

  const wrong: readonly [Selection, string, number][] = [
    [
      selection('virtualNode', { mesh: undefined }),
      '--mesh NAME is needed: a virtual node is within a mesh',
      2,
    ],
    [selection('virtualNode', { virtualRouter: 'r' }), '--virtual-router cannot go with a virtual node', 2],
    [selection('route', { virtualGateway: 'g' }), '--virtual-gateway cannot go with a route', 2],
    [selection('virtualNode', { name: 'none' }), 'there is no virtual node none in mesh colors', 1],
    [selection('route', { name: 'none' }), 'there is no route none in mesh colors', 1],
    [selection('mesh', { name: 'none' }), 'there is no mesh none', 1],
    [selection('virtualNode', { mesh: 'none' }), 'Mesh with name none is not present for account', 1],
  ];
  it.each(wrong)('is refused: %j', async (what, message, exitCode) => {
    const error = await show(what).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: expect.stringContaining(message), exitCode });
  });
});

describe('delete', () => {
  const run = (options: Pick<DeleteOptions, 'what'> & Partial<DeleteOptions>, stdin = '') =>
    capture(bench.folder, stdin, (streams) =>
      remove(bench.client, { ignoreNotFound: false, output: 'text', ...options }, streams),
    );

  it('deletes one resource, and fails if it does not exist unless told to ignore that', async () => {
    await bench.api.call('PUT', '/meshes/colors/virtualNodes', { virtualNodeName: 'x', spec: {} });
    const what = { selection: selection('virtualNode', { name: 'x' }) };
    expect(await run({ what })).toEqual({
      code: 0,
      stdout: 'deleted    virtual node colors/x\n',
      stderr: '',
    });
    await expect(run({ what })).rejects.toThrow('there is no virtual node x in mesh colors');
    expect(await run({ what, ignoreNotFound: true })).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('reports a refusal in the words of the API', async () => {
    const what = { selection: selection('virtualNode', { name: 'white' }) };
    expect(await run({ what })).toEqual({
      code: 1,
      stdout: 'failed     virtual node colors/white\n',
      stderr:
        'daybreak: deleting virtual node colors/white: VirtualNode with name white cannot be deleted because it is the target of one or more routes. ROUTE: [router/all, second/all] (ResourceInUseException)\n',
    });
  });

  it('deletes nothing if several resources have the name', async () => {
    await expect(run({ what: { selection: selection('route', { name: 'all' }) } })).rejects.toThrow(
      'the name means several resources, and nothing was deleted: route colors/router/all, route colors/second/all',
    );
  });

  it('deletes the resources that files describe, children first', async () => {
    await bench.api.call('PUT', '/meshes', { meshName: 'small' });
    await bench.api.call('PUT', '/meshes/small/virtualNodes', { virtualNodeName: 'x', spec: {} });
    const what = { files: ['-'], recursive: false, mesh: undefined, meshOwner: undefined };
    const stdin = '[{"meshName":"small"},{"meshName":"small","virtualNodeName":"x","spec":{}}]';
    expect(await run({ what }, stdin)).toEqual({
      code: 0,
      stdout: 'deleted    virtual node small/x\ndeleted    mesh small\n',
      stderr: '',
    });
    await expect(run({ what }, stdin)).rejects.toThrow(
      '(stdin):1 (document 1, mesh small): there is no such resource',
    );
    expect((await run({ what, ignoreNotFound: true }, stdin)).code).toBe(0);
  });
});
