import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTraffic } from '../../demo/traffic.ts';
import { askFrom } from '../lab/clients/ask.ts';
import type { Host } from '../lab/host.ts';
import { request } from '../lab/clients/http.ts';
import { createLab, type Lab } from '../lab/lab.ts';
import { isByChance } from '../lab/net/share.ts';
import { until } from '../lab/until.ts';
import { composeProject, whyNoCompose, type Compose } from './testing/compose.ts';
import { startDocker, whyNoDocker, type Docker } from './testing/dockerd.ts';
import { buildArchive, whyNoImages } from './testing/image-archive.ts';

// docker-compose.yml, as a newcomer uses it.

// For a busy machine.
vi.setConfig({ testTimeout: 900_000, hookTimeout: 1_800_000 });

const why = whyNoDocker() ?? (await whyNoImages()) ?? (await whyNoCompose());
if (why !== undefined) process.stderr.write(`docker-compose.yml is left out: ${why}\n`);

/** Services whose process is killed here; test/long/compose.ts kills all. */
const KILLED = ['controlplane', 'ingress', 'blue', 'blue-envoy', 'blue-app'];

describe.skipIf(why !== undefined)(
  `docker-compose.yml${why === undefined ? '' : ` is left out: ${why}`}`,
  () => {
    let lab: Lab;
    let docker: Docker;
    let compose: Compose;
    let outside: Host;
    let url: string;
    /** Resolves when `count` requests in a row have their answer. */
    const answersAgain = async (count: number): Promise<void> => {
      let good = 0;
      await until(
        `${count} colors in a row`,
        async () => {
          const { status } = await request(url);
          good = status === 200 ? good + 1 : 0;
          return good >= count;
        },
        { limitMs: 600_000, everyMs: 5 },
      );
    };
    beforeAll(async () => {
      lab = await createLab({ name: 'compose' });
      docker = await startDocker(lab);
      outside = await lab.host('outside');
      compose = await composeProject(docker);
      const archive = join(lab.folder, 'images.tar');
      await buildArchive(archive);
      await docker.load(archive);
      await compose.run('up', '--detach');
      url = `http://${docker.host.address}:9080/color`;
    });
    afterAll(async () => {
      await docker?.stop();
      await lab?.close();
    });

    it('answers with a color through the virtual gateway, on the published port', async () => {
      await answersAgain(1);
      expect(await askFrom(outside, url)).toMatchObject({
        status: 200,
        body: expect.stringContaining('"color":"white"'),
      });
    });

    it('shifts the weights by one command, without a failed request, and shows the shares by another', async () => {
      await answersAgain(20);
      const traffic = startTraffic(url, 50);
      await until('some traffic', () => traffic.tally().requests > 100, { limitMs: 600_000 });
      // On a busy machine, the control plane may not answer in the 20 s of a call.
      await until(
        'the weights are applied',
        () => compose.run('exec', '-T', 'controlplane', 'daybreak', 'apply', '-f', '/compose/shift.yaml'),
        { limitMs: 600_000, everyMs: 1000 },
      );
      await until(
        'blue and red alone',
        async () => {
          const { colors } = traffic.cut();
          return colors['white'] === undefined && colors['blue'] !== undefined && colors['red'] !== undefined;
        },
        { limitMs: 600_000, everyMs: 500 },
      );
      expect(await traffic.stop()).toMatchObject({ failures: 0 });
      const said = await compose.run('run', '--rm', '-T', 'shares');
      const share = (color: string): number =>
        Number(new RegExp(`^${color} +(\\S+) %`, 'm').exec(said)?.[1] ?? 0);
      expect(said).toContain('1000 requests, 0 failed');
      expect(isByChance(Math.round(share('blue') * 10), 1000, 0.8)).toBe(true);
      expect(share('blue') + share('red')).toBeCloseTo(100);
    });

    it('only the published port can be reached from another host', async () => {
      const scan = `
      const { connect } = require('node:net');
      (async () => {
        const open = [];
        for (let from = 1; from < 65536; from += 257)
          await Promise.all(Array.from({ length: 257 }, (_, at) => new Promise((done) => {
            const socket = connect({ host: process.argv[1], port: from + at, timeout: 5000 });
            const end = (found) => { if (found) open.push(from + at); socket.destroy(); done(); };
            socket.on('connect', () => end(true)).on('error', () => end(false)).on('timeout', () => end(false));
          })));
        console.log(JSON.stringify(open));
      })();`;
      const { stdout } = await outside.exec(process.execPath, ['-e', scan, docker.host.address], {
        limitMs: 600_000,
      });
      expect(JSON.parse(stdout)).toEqual([9080]);
    });

    it('has the console on loopback: its pages, and a session that says that no sign-in is needed', async () => {
      const curl = async (path: string): Promise<string> =>
        (await docker.host.exec('curl', ['--silent', '--fail', `http://localhost:8080/console/${path}`]))
          .stdout;
      expect(await curl('')).toContain('<script');
      expect(JSON.parse(await curl('session'))).toMatchObject({ state: 'open' });
    });

    it.each(
      KILLED,
    )('%s: a killed process comes back, and traffic passes its Envoy again', async (service) => {
      const ingress =
        'curl -s "http://localhost:9901/stats?filter=http.ingress.downstream_rq_total" | cut -d" " -f2';
      const passed = async (): Promise<number> =>
        Number((await compose.run('exec', '-T', 'blue-envoy', 'sh', '-c', ingress)).trim() || Number.NaN);
      await compose.killProcess(service);
      await until(
        'all containers are healthy',
        async () => {
          const states = await docker.run(
            'ps',
            '--filter',
            'label=com.docker.compose.project',
            '--format',
            '{{.Status}}',
          );
          return states.split('\n').length === 14 && !/unhealthy|starting/.test(states);
        },
        { limitMs: 600_000, everyMs: 500 },
      );
      await answersAgain(100);
      const first = await passed();
      await answersAgain(30);
      expect(await passed()).toBeGreaterThan(first);
    });

    it('down takes all containers away; the mesh and its weights are there after up, and go with --volumes', async () => {
      await compose.run('down');
      expect(await docker.run('ps', '--all', '--quiet')).toBe('');
      await compose.run('up', '--detach');
      await answersAgain(50);
      const route = await compose.run(
        'exec',
        '-T',
        'controlplane',
        'daybreak',
        'get',
        'route',
        '--mesh',
        'colors',
        '-o',
        'json',
      );
      expect(route).toMatch(/"virtualNode": *"blue"/);
      await compose.run('down', '--volumes');
      expect(await docker.run('volume', 'ls', '--quiet')).toBe('');
    });
  },
);
