// The cost of importing large templates: time from the start of the command to its end, and peak memory.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { execa } from 'execa';
import { stringify } from 'yaml';
import { bundle } from '../test/lab/programs/bundle.ts';
import { readRounds, type BenchRow, type RunBench } from './figures/bench.ts';
import { peakMegabytes, TELL_MEMORY } from './figures/peak-memory.ts';
import { percentile } from './figures/percentile.ts';

const ROUNDS = 5;
/** Resources of one large file, as JSON. */
const IN_ONE = 10_000;
/** Files of YAML, and resources in each. */
const FILES = 100;
const IN_EACH = 100;

/** Runs each import as often as the argument says (default 5). */
export const run: RunBench = async ({ args: [wanted = `${ROUNDS}`], say }) => {
  const rounds = readRounds(wanted, 9999);
  const { daybreak } = await bundle();
  const folder = await mkdtemp(join(tmpdir(), 'bench-import-'));
  try {
    const inputs = await writeInputs(folder);
    const rows: BenchRow[] = [];
    for (const { what, path } of inputs) {
      say(`${what}: ${rounds} rounds`);
      const runs: Run[] = [];
      for (let round = 0; round < rounds; round += 1) runs.push(await importOnce(daybreak, path, folder));
      const median = (of: (each: Run) => number): number => percentile(runs.map(of), 0.5);
      rows.push({ what, unit: 's', ours: median(({ seconds }) => seconds) });
      rows.push({ what: `${what}, peak memory`, unit: 'MB', ours: median(({ megabytes }) => megabytes) });
    }
    return {
      rows,
      notes: ['Medians, from starting the process to its end, the documents written to a folder.'],
    };
  } finally {
    await rm(folder, { recursive: true });
  }
};

async function writeInputs(
  folder: string,
): Promise<readonly { readonly what: string; readonly path: string }[]> {
  const one = join(folder, 'template.json');
  const many = join(folder, 'yaml');
  await writeFile(one, JSON.stringify(template(IN_ONE, 'one'), null, 2));
  await mkdir(many);
  for (let file = 0; file < FILES; file += 1) {
    await writeFile(join(many, `${file}.yaml`), stringify(template(IN_EACH, `f${file}`)));
  }
  return [
    { what: `${IN_ONE} resources in one file of JSON`, path: one },
    { what: `${FILES * IN_EACH} resources in ${FILES} files of YAML`, path: many },
  ];
}

type Run = { readonly seconds: number; readonly megabytes: number };

async function importOnce(daybreak: string, path: string, folder: string): Promise<Run> {
  const out = join(folder, 'out');
  const args = [
    '--import',
    TELL_MEMORY,
    daybreak,
    'import',
    '-f',
    path,
    '-o',
    out,
    '--parameter',
    'Domain=local',
  ];
  const begin = performance.now();
  const { stderr } = await execa(process.execPath, args, { stdout: 'ignore' });
  const seconds = (performance.now() - begin) / 1000;
  await rm(out, { recursive: true });
  return { seconds, megabytes: peakMegabytes(stderr) };
}

/** A mesh of nodes, each with a router, a route, and a service, with references among them. */
function template(resources: number, mesh: string): unknown {
  const entries: [string, unknown][] = [['Mesh', resource('Mesh', { MeshName: mesh })]];
  for (let index = 0; entries.length < resources; index += 1) entries.push(...group(index));
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Parameters: { Domain: { Type: 'String' }, Port: { Type: 'Number', Default: 8080 } },
    Conditions: { Beta: { 'Fn::Equals': [{ Ref: 'Domain' }, 'beta'] } },
    Resources: Object.fromEntries(entries.slice(0, resources)),
  };
}

function group(index: number): [string, unknown][] {
  const at = { MeshName: { 'Fn::GetAtt': ['Mesh', 'MeshName'] } };
  const [node, router, next] = [`Node${index}`, `Router${index}`, `s${index + 1}`];
  const listeners = [{ PortMapping: { Port: { Ref: 'Port' }, Protocol: 'http' } }];
  const route = {
    Match: { Prefix: '/', Headers: [{ Name: 'x-beta', Match: { Exact: 'yes' } }] },
    Action: { WeightedTargets: [{ VirtualNode: { 'Fn::GetAtt': [node, 'VirtualNodeName'] }, Weight: 1 }] },
    Timeout: { PerRequest: { Unit: 's', Value: 10 } },
  };
  return [
    [
      node,
      resource('VirtualNode', {
        ...at,
        VirtualNodeName: { 'Fn::Sub': `n${index}-\${Domain}` },
        Spec: {
          Listeners: listeners,
          ServiceDiscovery: { DNS: { Hostname: { 'Fn::Join': ['.', [`n${index}`, { Ref: 'Domain' }]] } } },
          Backends: [{ VirtualService: { VirtualServiceName: { 'Fn::Sub': `${next}.\${Domain}` } } }],
          Logging: {
            'Fn::If': ['Beta', { AccessLog: { File: { Path: '/dev/stdout' } } }, { Ref: 'AWS::NoValue' }],
          },
        },
      }),
    ],
    [
      router,
      resource('VirtualRouter', { ...at, VirtualRouterName: `r${index}`, Spec: { Listeners: listeners } }),
    ],
    [
      `Route${index}`,
      resource('Route', {
        ...at,
        VirtualRouterName: { 'Fn::GetAtt': [router, 'VirtualRouterName'] },
        RouteName: 'all',
        Spec: { HttpRoute: route },
      }),
    ],
    [
      `Service${index}`,
      resource('VirtualService', {
        ...at,
        VirtualServiceName: { 'Fn::Sub': `s${index}.\${Domain}` },
        Spec: {
          Provider: { VirtualRouter: { VirtualRouterName: { 'Fn::GetAtt': [router, 'VirtualRouterName'] } } },
        },
      }),
    ],
  ];
}

function resource(type: string, properties: unknown): unknown {
  return { Type: `AWS::AppMesh::${type}`, Properties: properties };
}
