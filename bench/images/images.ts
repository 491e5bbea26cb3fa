// The container images: their sizes, and the time from `docker run` to LIVE, to healthy and to the first request, in a Docker of its own.
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import manifest from '../../package.json' with { type: 'json' };
import { composeProject, whyNoCompose, type Compose } from '../../test/docker/testing/compose.ts';
import { startDocker, whyNoDocker, type Docker } from '../../test/docker/testing/dockerd.ts';
import { buildArchive, whyNoImages } from '../../test/docker/testing/image-archive.ts';
import { createLab } from '../../test/lab/lab.ts';
import { request } from '../../test/lab/clients/http.ts';
import { until } from '../../test/lab/until.ts';
import { BenchUsageError, type Bench, type BenchOptions, type BenchRow } from '../figures/bench.ts';
import { imageSizes, type ImageSizes } from './sizes.ts';
import { percentile } from '../figures/percentile.ts';

const ROUNDS = 3;
const LIMIT = { limitMs: 180_000, everyMs: 20 };

/** Layers above this size are Node and Envoy, in megabytes. */
const LARGE_MB = 90;

/** Starts each image as often as the argument says (default 3), alternately. */
export async function run({ args: [rounds = `${ROUNDS}`], say }: BenchOptions): Promise<Bench> {
  if (!/^[1-9]\d?$/.test(rounds))
    throw new BenchUsageError(`${rounds} rounds: it has to be a whole number from 1 to 99`);
  const why = whyNoDocker() ?? (await whyNoImages()) ?? (await whyNoCompose());
  if (why !== undefined) throw new BenchUsageError(why);
  const lab = await createLab({ name: 'bench-images' });
  const docker = await startDocker(lab);
  try {
    const archive = join(lab.folder, 'images.tar');
    say('building the images');
    const began = performance.now();
    await buildArchive(archive);
    const built = (performance.now() - began) / 1000;
    await docker.load(archive);
    const sizes = await imageSizes(archive, join(lab.folder, 'layers'));
    const times = await measure(docker, await composeProject(docker), Number(rounds), say);
    const rows = [
      ...sizes.flatMap(sizeRows),
      shared(sizes),
      row('build, packages in the cache', 's', built),
      ...times,
    ];
    return { rows, notes: [`Medians of ${rounds}. Pulled: each layer with gzip.`] };
  } finally {
    await docker.stop();
    await lab.close();
  }
}

function row(what: string, unit: string, ours: number): BenchRow {
  return { what, unit, ours: Math.round(ours * 10) / 10 };
}

function sizeRows({ reference, layers }: ImageSizes): readonly BenchRow[] {
  const sum = (values: readonly number[]): number => values.reduce((total, each) => total + each, 0);
  const small = layers.filter(({ stored }) => stored < LARGE_MB);
  return [
    row(`${reference}, stored`, 'MB', sum(layers.map(({ stored }) => stored))),
    row(`${reference}, pulled`, 'MB', sum(layers.map(({ pulled }) => pulled))),
    row(`${reference}, stored, without Node and Envoy`, 'MB', sum(small.map(({ stored }) => stored))),
  ];
}

function shared(sizes: readonly ImageSizes[]): BenchRow {
  const all = sizes.flatMap(({ layers }) => layers);
  const once = new Map(all.map((layer) => [layer.file, layer]));
  const total = [...once.values()].reduce((sum, { stored }) => sum + stored, 0);
  return row('all images together, shared layers once', 'MB', total);
}

async function measure(
  docker: Docker,
  compose: Compose,
  rounds: number,
  say: BenchOptions['say'],
): Promise<readonly BenchRow[]> {
  const seconds: Record<string, number[]> = {};
  const note = (what: string, value: number): void => void (seconds[what] ??= []).push(value);
  const url = `http://${docker.host.address}:9080/color`;
  for (let round = 1; round <= rounds; round += 1) {
    say(`round ${round} of ${rounds}`);
    const began = performance.now();
    const since = (): number => (performance.now() - began) / 1000;
    const up = compose.run('up', '--detach');
    await until('the first color', async () => (await request(url)).status === 200, LIMIT);
    note('docker-compose up: first request through three Envoys, s', since());
    await up;
    note('docker-compose up: it returns, s', since());
    for (const image of ['envoy', 'envoy-slim']) await sidecar(docker, image, note);
    note('memory of an Envoy container, MB', await memory(docker, await compose.container('white-envoy')));
    note('memory of the control plane, MB', await memory(docker, await compose.container('controlplane')));
    const stopped = performance.now();
    await compose.run('down', '--volumes');
    note('docker-compose down, s', (performance.now() - stopped) / 1000);
  }
  return Object.entries(seconds).map(([what, values]) => {
    const [title = '', unit = ''] = what.split(/, (?=s$|MB$)/);
    return row(title, unit, percentile(values, 0.5));
  });
}

/** One more sidecar of a virtual node, on the network of the project. */
async function sidecar(
  docker: Docker,
  image: string,
  note: (what: string, value: number) => void,
): Promise<void> {
  const env = [
    'APPMESH_RESOURCE_ARN=mesh/colors/virtualNode/white',
    'APPMESH_XDS_ENDPOINT=http://controlplane:18000',
  ];
  const flags = ['--detach', '--network', 'colors_default', ...env.flatMap((each) => ['--env', each])];
  const began = performance.now();
  const container = await docker.run('run', ...flags, `daybreak-${image}:${manifest.version}`);
  await until(
    'LIVE',
    async () => (await docker.try('logs', container)).stderr.includes('Envoy is LIVE'),
    LIMIT,
  );
  note(`${image}: docker run to LIVE, s`, (performance.now() - began) / 1000);
  const health = () => docker.run('inspect', '--format', '{{.State.Health.Status}}', container);
  await until('healthy', async () => (await health()) === 'healthy', LIMIT);
  note(`${image}: docker run to healthy, s`, (performance.now() - began) / 1000);
  const stopped = performance.now();
  await docker.run('stop', '--time', '30', container);
  note(`${image}: docker stop when idle, s`, (performance.now() - stopped) / 1000);
  await docker.run('rm', container);
}

/** Returns the memory of a container, as Docker counts it. */
async function memory(docker: Docker, container: string): Promise<number> {
  const said = await docker.run('stats', '--no-stream', '--format', '{{.MemUsage}}', container);
  const [, value, unit] = /^([\d.]+)(KiB|MiB|GiB)/.exec(said) ?? [];
  return Number(value) * ({ KiB: 1 / 1024, MiB: 1, GiB: 1024 }[unit ?? ''] ?? Number.NaN);
}
