import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { capture, startBench, type Bench } from '../testing/control-plane.ts';
import { resultOf } from './command.ts';
import { importFiles } from './import.ts';
import type { ImportOptions } from './options.ts';
import { NO_OPTIONS } from './testing/run.ts';

const TEMPLATE = `
Parameters: { Host: { Type: String } }
Resources:
  Mesh: { Type: AWS::AppMesh::Mesh, Properties: { MeshName: shop } }
  Node:
    Type: AWS::AppMesh::VirtualNode
    Properties:
      MeshName: !GetAtt Mesh.MeshName
      VirtualNodeName: cart
      Spec: { ServiceDiscovery: { DNS: { Hostname: !Ref Host } } }
`;

let bench: Bench;
beforeEach(async () => {
  bench = await startBench();
  await bench.write('in/mesh.yaml', TEMPLATE);
});
afterEach(() => bench.close());

const run = (options: Partial<ImportOptions>) =>
  capture(bench.folder, '', async (streams) => {
    const told: ImportOptions = {
      ...NO_OPTIONS,
      files: [join(bench.folder, 'in')],
      result: { to: 'stdout', form: 'yaml' },
      ...options,
    };
    return importFiles(told, streams, () => bench.client);
  });

const toFolder = (name: string) => ({ result: { to: 'folder', folder: join(bench.folder, name) } }) as const;
const toControlPlane = (dryRun: boolean) => ({ result: { to: 'control plane', dryRun } }) as const;
const HOST = { parameter: ['Host=cart.local'] };

describe('documents on stdout', () => {
  it('can be applied, and the report goes to stderr', async () => {
    const { code, stdout, stderr } = await run(HOST);
    expect(code).toBe(0);
    expect(stderr).toContain('Taken: 1 mesh, 1 virtual node.\n');
    const applied = await bench.apply(['-'], { stdin: stdout });
    expect(applied.stdout).toContain('2 created, 0 changed, 0 deleted, 0 unchanged.');
  });

  it('can be a list in JSON', async () => {
    const { stdout } = await run({ ...HOST, result: { to: 'stdout', form: 'json' } });
    expect(JSON.parse(stdout)).toEqual([
      { meshName: 'shop', spec: {} },
      {
        meshName: 'shop',
        virtualNodeName: 'cart',
        spec: { serviceDiscovery: { dns: { hostname: 'cart.local' } } },
      },
    ]);
    const applied = await bench.apply(['-'], { stdin: stdout });
    expect(applied.stdout).toContain('2 created, 0 changed, 0 deleted, 0 unchanged.');
  });
});

describe('the option -o', () => {
  it.each([
    ['json', { to: 'stdout', form: 'json' }],
    ['yaml', { to: 'stdout', form: 'yaml' }],
    ['./json', { to: 'folder', folder: './json' }],
    ['mesh', { to: 'folder', folder: 'mesh' }],
    [undefined, { to: 'stdout', form: 'yaml' }],
  ] as const)('%s: json and yaml are forms, as those of export; json was a new folder of that name', (output, result) => {
    expect(resultOf({ output, apply: false, dryRun: false })).toEqual(result);
  });
});

describe('a folder', () => {
  it('gets the complete documents and the questions, and the other documents once the questions are answered', async () => {
    await expect(run(toFolder('out'))).rejects.toThrow('the output is incomplete: 1 open question');
    expect((await readdir(join(bench.folder, 'out'))).toSorted()).toEqual([
      'questions.yaml',
      'shop.mesh.yaml',
    ]);
    await expect(bench.apply(['out'])).rejects.toThrow('import has questions that are not answered (Host)');

    const questions = join(bench.folder, 'out/questions.yaml');
    const text = await readFile(questions, 'utf8');
    await writeFile(questions, text.replace(/value:$/m, 'value: cart.local'));
    const { stdout } = await run({ ...toFolder('out'), parametersFile: [questions] });
    expect(stdout).toContain('2 files in out\n');
    expect((await readdir(join(bench.folder, 'out'))).toSorted()).toEqual([
      'questions.yaml',
      'shop.mesh.yaml',
      'shop.virtualNode.yaml',
    ]);
    expect((await bench.apply(['out'])).stdout).toContain('2 created');
  });

  it('keeps existing answers when new questions are added', async () => {
    await run(toFolder('out')).catch(() => undefined);
    const questions = await bench.write(
      'out/questions.yaml',
      'questions: [{ parameter: Host, value: a.local }]',
    );
    await bench.write('in/more.yaml', TEMPLATE.replaceAll(/Host\b/g, 'Other').replace('cart', 'more'));
    await run({ ...toFolder('out'), parametersFile: [questions] }).catch(() => undefined);
    const text = await readFile(questions, 'utf8');
    expect(text).toContain('- parameter: Other\n');
    expect(text).toContain('- parameter: Host\n    value: a.local\n');
  });

  it('is replaced: a resource that the files no longer have is removed', async () => {
    await run({ ...HOST, ...toFolder('out') });
    await bench.write(
      'in/mesh.yaml',
      TEMPLATE.replace('cart', 'other').replaceAll('MeshName: shop', 'MeshName: m'),
    );
    await run({ ...HOST, ...toFolder('out') });
    expect(await readdir(join(bench.folder, 'out'))).toEqual(['m.mesh.yaml', 'm.virtualNode.yaml']);
  });

  it('is not changed if it holds other files', async () => {
    await mkdir(join(bench.folder, 'out'));
    await bench.write('out/mine.yaml', 'meshName: mine');
    await expect(run({ ...HOST, ...toFolder('out') })).rejects.toThrow(
      'out/mine.yaml is not a file of import',
    );
    expect(await readdir(join(bench.folder, 'out'))).toEqual(['mine.yaml']);
  });

  it('is refused if it is a file', async () => {
    await expect(run({ ...HOST, ...toFolder('in/mesh.yaml') })).rejects.toThrow(
      'in/mesh.yaml cannot be read',
    );
  });
});

describe('the control plane', () => {
  it('gets a dry run, then an apply, and a second apply changes nothing', async () => {
    const dry = await run({ ...HOST, ...toControlPlane(true) });
    expect(dry.stdout).toContain('+ in/mesh.yaml:5 (Node, virtual node shop/cart)');
    expect(dry.stdout).toContain('Would create 2, change 0 and delete 0; 0 unchanged.');
    expect((await run({ ...HOST, ...toControlPlane(false) })).stdout).toContain('2 created');
    expect((await run({ ...HOST, ...toControlPlane(false) })).stdout).toContain('2 unchanged');
  });

  it('gets no change while a value is open or there is a problem', async () => {
    await expect(run(toControlPlane(false))).rejects.toThrow('nothing is applied: 1 open question');
    await bench.write('in/mesh.yaml', TEMPLATE.replace('VirtualNodeName: cart', 'VirtualNodeNam: cart'));
    await expect(run({ ...HOST, ...toControlPlane(false) })).rejects.toThrow(
      'nothing is applied: 1 open question, 1 problem',
    );
    expect(bench.api.live.model.revision).toBe(0);
  });

  it('has to have the resources that the files refer to and do not define', async () => {
    await bench.write(
      'in/mesh.yaml',
      TEMPLATE.replace(/ {2}Mesh: .*\n/, '').replace('!GetAtt Mesh.MeshName', 'shop'),
    );
    await expect(run({ ...HOST, ...toControlPlane(false) })).rejects.toThrow(
      "in/mesh.yaml:4 (Node, virtual node shop/cart): Value 'shop' at 'meshName': mesh shop is neither in the files",
    );
  });
});

describe('the report for programs', () => {
  it('lists the imported resources and the open values', async () => {
    const report = join(bench.folder, 'report.json');
    await run({ report }).catch(() => undefined);
    const text = (await readFile(report, 'utf8')).replaceAll(`${bench.folder}/`, '');
    expect(JSON.parse(text)).toEqual({
      taken: [{ kind: 'mesh', meshName: 'shop', place: { file: 'in/mesh.yaml', line: 4, id: 'Mesh' } }],
      passedOver: {},
      left: [],
      unusedParameters: [],
      problems: [],
      open: [
        {
          key: 'Host',
          why: 'parameter Host has no value',
          flags: ['--parameter Host=VALUE'],
          values: [
            {
              place: { file: 'in/mesh.yaml', line: 5, id: 'Node' },
              kind: 'virtualNode',
              path: 'spec.serviceDiscovery.dns.hostname',
            },
          ],
        },
      ],
    });
  });
});

it('reports files without App Mesh resources', async () => {
  await bench.write('in/mesh.yaml', '');
  await expect(run({})).rejects.toThrow('found no App Mesh resources in');
});
