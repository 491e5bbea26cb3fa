import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startBench, type Bench } from '../testing/control-plane.ts';
import { documents, mesh, node } from './testing/folder.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await startBench();
});
afterEach(() => bench.close());

describe('apply', () => {
  it('creates all resources in any order of the documents, and a second run changes nothing', async () => {
    await bench.write('all.json', documents.toReversed());
    const first = await bench.apply(['all.json']);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    await expect(first.stdout).toMatchFileSnapshot('testdata/made.txt');
    const { revision } = bench.api.live.model;
    const again = await bench.apply(['all.json']);
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(again.stdout).toContain('0 created, 0 changed, 0 deleted, 7 unchanged.\n');
    expect(bench.api.live.model.revision).toBe(revision);
  });

  it('reads YAML streams, folders and stdin', async () => {
    await bench.write(
      'mesh/a.yaml',
      'meshName: colors\n---\n# a node\nmeshName: colors\nvirtualNodeName: a\nspec: {}\n',
    );
    await bench.write('mesh/b.yml', `virtualNodeName: b\nspec: {backends: null}\n`);
    await bench.write('mesh/README.md', 'not read');
    await bench.write('mesh/deeper/c.json', node('c'));
    const first = await bench.apply(['mesh', '-'], {
      mesh: 'colors',
      stdin: '{"virtualNodeName":"d","spec":{}}',
    });
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toContain('4 created');
    const second = await bench.apply(['mesh'], { mesh: 'colors', recursive: true });
    expect(second.stdout).toContain(
      'created    virtual node colors/c (version 1)\n1 created, 0 changed, 0 deleted, 3 unchanged.\n',
    );
  });

  it('accepts the output of the AWS command line', async () => {
    await bench.apply(['-'], { stdin: JSON.stringify([mesh, node('a')]) });
    const described = (await bench.api.call('GET', '/meshes/colors/virtualNodes/a')).body;
    const printed = { virtualNode: { ...described, spec: { backends: [] } } };
    const ran = await bench.apply(['-'], { stdin: JSON.stringify(printed) });
    expect(ran.stdout).toContain('changed    virtual node colors/a (version 2)');
  });

  it('updates specification and tags, and keeps the tags if the document has no tags member', async () => {
    await bench.apply(['-'], {
      stdin: JSON.stringify([
        mesh,
        node('a', {
          tags: [
            { key: 'x', value: '1' },
            { key: 'y', value: '1' },
          ],
        }),
      ]),
    });
    await bench.apply(['-'], { stdin: JSON.stringify([node('a', { spec: { backends: [] } })]) });
    const tags = () =>
      bench.api.live.model.list('virtualNode', { owner: '111122223333', mesh: 'colors' })[0]?.tags;
    expect(tags()).toEqual([
      { key: 'x', value: '1' },
      { key: 'y', value: '1' },
    ]);
    const wanted = [
      { key: 'z', value: '3' },
      { key: 'y', value: '2' },
    ];
    const ran = await bench.apply(['-'], {
      stdin: JSON.stringify([node('a', { spec: { backends: [] }, tags: wanted })]),
    });
    expect(ran.stdout).toContain('changed    virtual node colors/a (version 2)\n');
    expect(tags()).toEqual([
      { key: 'y', value: '2' },
      { key: 'z', value: '3' },
    ]);
    expect((await bench.apply(['-'], { stdin: JSON.stringify([node('a', { tags: [] })]) })).stdout).toContain(
      'changed',
    );
    expect(tags()).toEqual([]);
  });

  it('finds an order for changes that depend on each other', async () => {
    await bench.write('all.json', documents);
    await bench.apply(['all.json']);
    // The API refuses a second listener while the route does not name a port, and the route comes after the router.
    const [, , router, route] = documents as [
      unknown,
      unknown,
      Record<string, unknown>,
      Record<string, unknown>,
    ];
    const listeners = [9080, 9081].map((port) => ({ portMapping: { port, protocol: 'http' } }));
    const { httpRoute } = route['spec'] as { httpRoute: { match: object } };
    const changed = [
      { ...router, spec: { listeners } },
      { ...route, spec: { httpRoute: { ...httpRoute, match: { prefix: '/', port: 9080 } } } },
    ];
    // A gateway route has to name the target port too if its service has several.
    const gatewayRoute = structuredClone(documents[6]) as {
      spec: { httpRoute: { action: { target: { port: number } } } };
    };
    gatewayRoute.spec.httpRoute.action.target.port = 9080;
    const ran = await bench.apply(['-'], { stdin: JSON.stringify([...changed, gatewayRoute]) });
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toContain('0 created, 3 changed, 0 deleted, 0 unchanged.');
  });

  it('changes the protocol and port of listeners together with their routes, although each single update was refused', async () => {
    await bench.write('all.json', documents);
    await bench.apply(['all.json']);
    const text = JSON.stringify(documents)
      .replaceAll('"httpRoute"', '"http2Route"')
      .replaceAll('"protocol":"http"', '"protocol":"http2"')
      .replaceAll('9080', '9090');
    const ran = await bench.apply(['-'], { stdin: text });
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toContain('0 created, 5 changed, 0 deleted, 2 unchanged.');
    expect((await bench.apply(['-'], { stdin: text })).stdout).toContain(
      '0 changed, 0 deleted, 7 unchanged.',
    );
  });
});

describe('a dry run', () => {
  it('shows what would change, line by line, and changes nothing', async () => {
    await bench.write('all.json', documents);
    await bench.apply(['all.json']);
    const { revision } = bench.api.live.model;
    const [, white] = structuredClone(documents) as [
      unknown,
      { spec: { listeners: { portMapping: { port: number } }[] } },
    ];
    white.spec.listeners.push({ portMapping: { port: 9081, protocol: 'http' } } as never);
    const stdin = JSON.stringify([node('new'), white, documents[0]]);
    const ran = await bench.apply(['-'], { stdin, dryRun: true, prune: true, selector: ['team=colors'] });
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    await expect(ran.stdout).toMatchFileSnapshot('testdata/dry-run.txt');
    expect((await bench.apply(['-'], { stdin, dryRun: true, exitCode: true })).code).toBe(3);
    expect((await bench.apply(['all.json'], { dryRun: true, exitCode: true })).code).toBe(0);
    const json = await bench.apply(['-'], { stdin, dryRun: true, output: 'json' });
    await expect(json.stdout).toMatchFileSnapshot('testdata/dry-run.json');
    expect(bench.api.live.model.revision).toBe(revision);
  });
});
