import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLab, type Lab } from '../lab/lab.ts';
import type { Host } from '../lab/host.ts';
import { startAgent } from '../lab/programs/sidecar.ts';
import { askFrom } from '../lab/clients/ask.ts';
import { stage, type Stage } from '../lab/stage.ts';
import { until } from '../lab/until.ts';
import { openPage, whyNoChromium } from './testing/chromium.ts';

// A page in a browser on the machine of a control plane and an agent, whose own name resolves to them (DNS rebinding). To the browser they are the
// page's origin, so the page may read and write whatever they allow.

const why = whyNoChromium();
if (why !== undefined) process.stderr.write(`the browser is left out: ${why}\n`);

const PLACES = [
  ['the API', 8080],
  ["Envoy's admin interface, behind the agent", 9901],
  ["the agent's status", 9902],
] as const;

type Answer = {
  readonly method: string;
  readonly path: string;
  readonly status?: number;
  readonly body?: string;
  readonly error?: string;
};

describe.skipIf(why !== undefined)(`a browser${why === undefined ? '' : ` is left out: ${why}`}`, () => {
  let lab: Lab;
  let host: Host;
  let programs: Stage;
  let pages = 0;
  beforeAll(async () => {
    lab = await createLab({ name: 'rebinding' });
    programs = await stage(lab);
    host = await lab.host('machine');
    const data = ['--data', join(host.folder, 'model')];
    const plane = host.spawn('controlplane', programs.node, [programs.daybreak, 'controlplane', ...data]);
    await plane.line(/"ready":true/);
    startAgent(host, programs, {
      resource: 'mesh/m/virtualNode/n',
      xds: 'http://127.0.0.1:18000',
      appPorts: '',
      env: { DAYBREAK_ADMIN_WRITES: '1' },
    });
    await until(
      'Envoy',
      async () => {
        const answer = await askFrom(host, 'http://127.0.0.1:9901/server_info');
        return 'status' in answer && answer.status === 200;
      },
      { limitMs: 120_000 },
    );
  });
  afterAll(() => lab?.close());

  /** Opens a page whose server is `name`, makes that name resolve to a port of this machine, and returns the answers that the page gets. */
  async function ask(name: string, target: number, ...how: 'foreign'[]): Promise<readonly Answer[]> {
    const port = 20_000 + (pages += 1);
    const file = join(import.meta.dirname, 'testing/rebinder-program.ts');
    const rebinder = host.spawn('rebinder', process.execPath, [file, String(port), String(target), ...how]);
    await rebinder.line(/^listening$/);
    const browser = openPage(host, `profile-${port}`, `http://${name}:${port}/`);
    try {
      return JSON.parse(await rebinder.line(/^\[/)) as readonly Answer[];
    } finally {
      browser.kill('SIGKILL');
      rebinder.kill('SIGKILL');
      await Promise.all([browser.ended, rebinder.ended]);
    }
  }

  it.each(PLACES)('a page of another name has no effect at %s', async (_, target) => {
    const answers = await ask('evil.example', target);
    expect(answers).toHaveLength(5);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 421));
  });

  it('a page of another origin has no effect', async () => {
    for (const [, target] of PLACES) expect(await ask('evil.example', target, 'foreign')).toHaveLength(5);
    const meshes = await askFrom(host, 'http://127.0.0.1:8080/v20190125/meshes');
    expect(meshes).toMatchObject({ status: 200, body: expect.not.stringContaining('evil') });
    const status = await askFrom(host, 'http://127.0.0.1:9902/status');
    expect(status).toMatchObject({ body: expect.stringContaining('"envoyRestartCount": "0"') });
  });

  it('a page of a name of this machine would have an effect', async () => {
    const ofApi = await ask('localhost', 8080);
    expect(ofApi.filter(({ status }) => status === 200).map(({ path }) => path)).toEqual([
      '/status',
      '/backup',
      '/v20190125/meshes',
    ]);
    const ofEnvoy = await ask('localhost', 9901);
    expect(ofEnvoy.filter(({ status }) => status === 200).map(({ path }) => path)).toEqual([
      '/server_info',
      '/quitquitquit',
    ]);
  });
});
