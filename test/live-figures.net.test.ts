import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { MESH } from '../demo/color-model.ts';
import { startColorMesh, type ColorMesh } from '../demo/color-mesh.ts';
import { startTraffic } from '../demo/traffic.ts';
import type { FiguresLine, Latencies, LiveFigures } from '../common/contracts/reports.ts';
import { request } from './lab/clients/http.ts';
import { createLab, type Lab } from './lab/lab.ts';
import { stage } from './lab/stage.ts';
import { isByChance } from './lab/net/share.ts';
import { until } from './lab/until.ts';

vi.setConfig({ testTimeout: 900_000, hookTimeout: 300_000 });

const PATIENT = { limitMs: 200_000 };

const GATEWAY = 'colorgateway-vn';
const BLUE = 'colorteller-blue-vn';
const RED = 'colorteller-red-vn';

const ENVOYS = [
  ['the Envoy in use', process.env['DAYBREAK_ENVOY'] ?? 'envoy'],
  ['the oldest Envoy', process.env['DAYBREAK_ENVOY_OLDEST'] ?? 'envoy'],
] as const;

describe.each(ENVOYS)('%s', (_name, envoy) => {
  let lab: Lab;
  let mesh: ColorMesh;
  beforeEach(async () => {
    lab = await createLab({ name: 'live' });
    const env = () => ({ DAYBREAK_ENVOY: envoy });
    mesh = await startColorMesh(lab, await stage(lab), { [BLUE]: 8, [RED]: 2 }, () => undefined, env);
  });
  afterEach(() => lab?.close());

  const read = async (): Promise<LiveFigures> =>
    JSON.parse((await request(`${mesh.controlPlane.endpoint}/reports?mesh=${MESH}`)).body) as LiveFigures;
  const metric = async (name: string): Promise<number> => {
    const { body } = await request(`${mesh.controlPlane.endpoint}/metrics`);
    return Number(new RegExp(`^${name} (.*)$`, 'm').exec(body)?.[1]);
  };

  test('the figures are what the applications counted; without a reader, no agent reports', async () => {
    expect(await metric('daybreak_load_reports_total')).toBe(0);
    expect(await read()).toMatchObject({ mesh: MESH, source: 'agents', slotSeconds: 5, times: [] });
    await until('all agents report', async () => (await read()).reporting === 4);

    const traffic = startTraffic(mesh.url, 400);
    // A watch ends half a minute after its last reader, and agents count only while there is one.
    await until(
      'the requests',
      async () => {
        await read();
        return traffic.tally().requests >= 1000;
      },
      { ...PATIENT, everyMs: 500 },
    );
    const { requests, failures, colors } = await traffic.stop();
    expect(failures).toBe(0);
    const counted = (figures: LiveFigures, from: string, to: string): number =>
      total(figures.lines.find((line) => line.from.name === from && nameOf(line) === to));
    // Each agent reports at its own time.
    const lines = [
      [GATEWAY, 'application', requests],
      [GATEWAY, BLUE, colors['blue'] ?? 0],
      [GATEWAY, RED, colors['red'] ?? 0],
      [BLUE, 'application', colors['blue'] ?? 0],
    ] as const;
    const figures = await until('the last requests in the figures', async () => {
      const found = await read();
      const isComplete = lines.every(([from, to, count]) => counted(found, from, to) >= count - 0.5);
      return isComplete && found.missing.length === 0 && found;
    });
    expect(counted(figures, GATEWAY, BLUE)).toBeCloseTo(colors['blue'] ?? 0, 0);
    expect(counted(figures, GATEWAY, RED)).toBeCloseTo(colors['red'] ?? 0, 0);
    expect(counted(figures, BLUE, 'application')).toBeCloseTo(colors['blue'] ?? 0, 0);
    expect(isByChance(Math.round(counted(figures, GATEWAY, BLUE)), requests, 0.8)).toBe(true);

    const slow = startTraffic(mesh.url, 100);
    const latencies = await until('latencies', async () => {
      const query = `mesh=${MESH}&from=virtualNode/${GATEWAY}&to=virtualNode/${BLUE}&seconds=5`;
      const { body } = await request(`${mesh.controlPlane.endpoint}/reports/latencies?${query}`);
      const answer = JSON.parse(body) as Latencies;
      return (answer.lines[0]?.milliseconds ?? false) && answer;
    });
    await slow.stop();
    const [line] = latencies.lines;
    expect(latencies).toMatchObject({ reporting: 1, missing: [], seconds: 5 });
    expect(line).toMatchObject({ from: { name: GATEWAY }, to: { name: BLUE } });
    const { p50, p95, p99 } = line?.milliseconds ?? { p50: 0, p95: 0, p99: 0 };
    expect([0, p50, p95, p99]).toEqual([0, p50, p95, p99].toSorted((a, b) => a - b));
    expect(line?.responses['2xx']).toBeGreaterThan(0);
    expect(line?.responses['5xx']).toBe(0);

    await until('the watch ends', async () => (await metric('daybreak_watched_meshes')) === 0);
    const more = startTraffic(mesh.url, 100);
    // Reports may still be on their way when the watch ends.
    await until(
      'no report during 700 requests',
      async () => {
        const reports = await metric('daybreak_load_reports_total');
        const enough = more.tally().requests + 700;
        await until('more requests', () => more.tally().requests >= enough, PATIENT);
        return (await metric('daybreak_load_reports_total')) === reports;
      },
      PATIENT,
    );
    await more.stop();
  });
});

function nameOf({ to }: FiguresLine): string {
  return to.kind === 'virtualNode' ? to.name : to.kind;
}

function total(line: FiguresLine | undefined): number {
  return (line?.requests ?? []).reduce<number>((sum, each) => sum + (each ?? 0), 0);
}
