import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { LiveFigures } from '../common/contracts/reports.ts';
import { startColorMesh, type ColorMesh } from '../demo/color-mesh.ts';
import { MESH } from '../demo/color-model.ts';
import { startTraffic } from '../demo/traffic.ts';
import { request } from './lab/clients/http.ts';
import { createLab, type Lab } from './lab/lab.ts';
import { startControlPlane } from './lab/programs/control-plane.ts';
import { stage, type Stage } from './lab/stage.ts';
import { until } from './lab/until.ts';

// Figures of longer ranges from Prometheus itself (Debian's package `prometheus`), which scrapes real Envoys.

vi.setConfig({ testTimeout: 900_000, hookTimeout: 600_000 });

const PATIENT = { limitMs: 400_000, everyMs: 1000 };
const GATEWAY = 'colorgateway-vn';
const BLUE = 'colorteller-blue-vn';
const RED = 'colorteller-red-vn';
const SCRAPED = 9903;
const PROMETHEUS = 9090;

const program = (process.env['PATH'] ?? '')
  .split(':')
  .map((folder) => join(folder, 'prometheus'))
  .find((path) => existsSync(path));
const why = program === undefined ? 'prometheus is not installed' : undefined;
if (why !== undefined) process.stderr.write(`longer ranges of live figures are left out: ${why}\n`);

describe.skipIf(why !== undefined)(`ranges${why === undefined ? '' : ` are left out: ${why}`}`, () => {
  let lab: Lab;
  let programs: Stage;
  let mesh: ColorMesh;
  let api: string;
  beforeAll(async () => {
    lab = await createLab({ name: 'ranges' });
    programs = await stage(lab);
    const env = () => ({
      ENABLE_ENVOY_STATS_TAGS: '1',
      DAYBREAK_PROMETHEUS_ADDRESS: `0.0.0.0:${SCRAPED}`,
    });
    mesh = await startColorMesh(lab, programs, { [BLUE]: 8, [RED]: 2 }, () => undefined, env);
    mesh.controlPlane.program.kill('SIGKILL');
    await mesh.controlPlane.program.ended;
    const { controlHost } = mesh;
    const address = `${controlHost.address}:${PROMETHEUS}`;
    const flags = ['--prometheus', `http://${address}/`];
    api = (await startControlPlane(controlHost, programs, { flags })).endpoint;
  });
  afterAll(() => lab?.close());

  function startPrometheus(): void {
    const { controlHost, hosts } = mesh;
    const targets = Object.values(hosts).map(({ host }) => `${host.address}:${SCRAPED}`);
    const file = join(controlHost.folder, 'prometheus.yaml');
    const job = { job_name: 'envoy', metrics_path: '/stats/prometheus', static_configs: [{ targets }] };
    writeFileSync(
      file,
      JSON.stringify({ global: { scrape_interval: '5s', scrape_timeout: '5s' }, scrape_configs: [job] }),
    );
    controlHost.spawn(
      'prometheus',
      program ?? '',
      [
        `--config.file=${file}`,
        `--storage.tsdb.path=${join(controlHost.folder, 'tsdb')}`,
        `--web.listen-address=${controlHost.address}:${PROMETHEUS}`,
      ],
      { log: join(controlHost.folder, 'prometheus.log') },
    );
  }

  const ask = () => request(`${api}/reports?mesh=${MESH}&seconds=1800`);
  const read = async (): Promise<LiveFigures> => JSON.parse((await ask()).body) as LiveFigures;
  const counted = ({ lines }: LiveFigures, to: string): number =>
    lines
      .filter((line) => line.from.name === GATEWAY && line.to.kind === 'virtualNode' && line.to.name === to)
      .flatMap(({ requests }) => requests)
      .reduce<number>((sum, each) => sum + (each ?? 0), 0);

  test('without Prometheus the caller gets 503 with the reason; with it, about what the applications counted', async () => {
    const refused = await ask();
    expect(refused.status).toBe(503);
    expect(JSON.parse(refused.body)).toMatchObject({
      message: expect.stringContaining('gives no figures') as string,
    });
    // The last 15 minutes are the agents'.
    const { body } = await request(`${api}/reports?mesh=${MESH}`);
    expect(JSON.parse(body)).toMatchObject({ source: 'agents' });

    startPrometheus();
    // Prometheus counts from the second sample of a series on, so that each line needs requests before.
    const first = startTraffic(mesh.url, 20);
    await until(
      'a series of each line',
      async () => {
        const figures = await read();
        return figures.source === 'prometheus' && [BLUE, RED].every((to) => counted(figures, to) > 0);
      },
      PATIENT,
    );
    const before = await first.stop();
    const traffic = startTraffic(mesh.url, 100);
    await until('the requests', () => traffic.tally().requests >= 6000, PATIENT);
    const { failures, colors } = await traffic.stop();
    expect(failures).toBe(0);
    const all = (color: string): number => (before.colors[color] ?? 0) + (colors[color] ?? 0);
    const figures = await until(
      'the last requests',
      async () => {
        const found = await read();
        return counted(found, BLUE) > 0.85 * all('blue') && counted(found, RED) > 0.85 * all('red') && found;
      },
      PATIENT,
    );
    // Prometheus extrapolates between samples.
    expect(counted(figures, BLUE)).toBeLessThan(1.15 * all('blue'));
    expect(counted(figures, RED)).toBeLessThan(1.15 * all('red'));
    expect(figures).toMatchObject({ slotSeconds: 30, missing: [] });
    const errors = figures.lines.flatMap((line) => line.errors.filter((each) => (each ?? 0) > 0));
    expect(errors).toEqual([]);
  });
});
