import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createColorModel, hostnameOf, PORT } from '../../demo/color-model.ts';
import { startTraffic } from '../../demo/traffic.ts';
import { until } from '../lab/until.ts';
import { AMAZON_LINES } from './testing/amazon-lines.ts';
import { commandsOf } from './testing/blocks.ts';
import { FINDS_LIBRARIES, FORMS, isJson, SLIM_FORMS } from './testing/container-forms.ts';
import { playColorPods } from './testing/color-pods.ts';
import { openContainerScene, type ContainerScene } from './testing/container-scene.ts';
import { whyNoDocker } from './testing/dockerd.ts';
import { whyNoImages } from './testing/image-archive.ts';
import { frontUrl, inboundRequests, runPlainTask } from './testing/plain-task.ts';
import { createVariablesFile, serverInfoOf } from './testing/reload-variables.ts';

// The images in the forms in which people run them, and all that Amazon's tools execute in them.

const why = whyNoDocker() ?? (await whyNoImages());
if (why !== undefined) process.stderr.write(`containers are left out: ${why}\n`);

const OLDEST = process.env['DAYBREAK_ENVOY_OLDEST'] ?? '';
const BUILD = join(import.meta.dirname, '../../images/build.sh');

/** Tests that mostly wait for containers of their own run at the same time. */
const TOGETHER = { timeout: 900_000 };

describe.skipIf(why !== undefined)(`containers${why === undefined ? '' : ` are left out: ${why}`}`, () => {
  let scene: ContainerScene;
  beforeAll(async () => {
    scene = await openContainerScene();
  }, 1_800_000);
  afterAll(() => scene?.close(), 240_000);

  describe.each([
    ['daybreak-envoy', FORMS],
    ['daybreak-envoy-slim', SLIM_FORMS],
  ] as const)('%s', (image, forms) => {
    it.concurrent.each(forms)(
      '%s: it becomes healthy, and ends in order',
      TOGETHER,
      async (_form, ...flags) => {
        const container = await scene.start(`${image}:0.1.0`, flags);
        await scene.live(container);
        // Finds the agent's folder, wherever it had to be.
        expect(await scene.docker.run('exec', container, '/usr/bin/agent', 'log-level', 'debug')).toContain(
          '[debug]',
        );
        await scene.docker.run('stop', '--time', '120', container);
        expect(
          await scene.docker.run(
            'inspect',
            '--format',
            '{{.State.ExitCode}} {{.State.OOMKilled}}',
            container,
          ),
        ).toBe('0 false');
        await scene.remove(container);
      },
    );

    it.concurrent("the image's own health check finds the agent healthy", TOGETHER, async () => {
      const container = await scene.start(`${image}:0.1.0`, []);
      await scene.healthy(container);
      await scene.remove(container);
    });

    it.concurrent('agent ready says why the agent is not healthy', TOGETHER, async () => {
      const absent = ['--env', 'APPMESH_RESOURCE_ARN=mesh/m/virtualNode/absent'];
      const container = await scene.start(`${image}:0.1.0`, absent);
      await until(
        'the reason',
        async () => {
          const { code, stderr } = await scene.docker.try('exec', container, '/usr/bin/agent', 'ready');
          return code === 1 && /^daybreak: Envoy is [A-Z_]+, the supervisor /.test(stderr);
        },
        { limitMs: 600_000, everyMs: 500 },
      );
      await scene.remove(container);
    });
  });

  it.concurrent.each(FORMS.filter(([form]) => form.startsWith('read-only')))(
    '%s: a reload takes a changed file of variables over by a hot restart',
    TOGETHER,
    async (_form, ...flags) => {
      const { docker, lab } = scene;
      const variables = await createVariablesFile(lab.folder, 'ENVOY_CONCURRENCY=1\n');
      const container = await scene.start('daybreak-envoy:0.1.0', [...flags, ...variables.flags]);
      await scene.live(container);
      await variables.write('ENVOY_CONCURRENCY=2\n');
      expect(await docker.run('exec', container, '/usr/bin/agent', 'reload')).toContain('has taken over');
      const options = { restart_epoch: 1, concurrency: 2 };
      expect(await serverInfoOf(docker, container)).toMatchObject({ command_line_options: options });
      await docker.run('stop', '--time', '120', container);
      expect(await docker.run('inspect', '--format', '{{.State.ExitCode}}', container)).toBe('0');
      await scene.remove(container);
    },
  );

  it.concurrent.each(AMAZON_LINES)('%s', TOGETHER, async (_who, line, { env = [], code, says, not }) => {
    const container = await scene.start(
      'daybreak-envoy:0.1.0',
      env.flatMap((each) => ['--env', each]),
    );
    await scene.live(container);
    const ended = await scene.docker.try('exec', container, ...line);
    expect(ended).toMatchObject({ code });
    expect(`${ended.stdout}${ended.stderr}`).toMatch(says);
    if (not !== undefined) expect(`${ended.stdout}${ended.stderr}`).not.toMatch(not);
    await scene.remove(container);
  });

  it("pods that Amazon's controller has injected: a request passes both sidecars, and both end in order", async () => {
    await createColorModel(scene.client, { 'colorteller-vn': 1 });
    const pods = await playColorPods(scene.docker, 'tasks', 'http://controlplane:18000');
    const url = `http://${hostnameOf('colorgateway-vn')}:${PORT}/color`;
    const caller = await scene.start('daybreak-envoy:0.1.0', []);
    await until('a color', async () => {
      return (await scene.docker.run('exec', caller, 'curl', '--silent', url)).includes('"color":"white"');
    });
    for (const { envoy } of pods) {
      expect(await inboundRequests(scene.docker, envoy)).toBeGreaterThan(0);
    }
    expect(await Promise.all(pods.map((pod) => pod.stop()))).toEqual([
      ['0', '0'],
      ['0', '0'],
    ]);
    await scene.remove(caller);
  });

  it('an image made from ours, with files of its own and another Envoy, runs', async () => {
    const binary = 'FROM scratch\nCOPY envoy /usr/local/bin/envoy\n';
    const env = { ...scene.docker.env, DOCKER_BUILDKIT: '0' };
    await execa('docker', ['build', '--tag', 'envoy-binary', '--file', '-', join(OLDEST, '..')], {
      env,
      input: binary,
    });
    const flags = ['--only', 'envoy', '--name', 'baked', '--xds-endpoint', 'http://controlplane:18000'];
    await execa(BUILD, ['--envoy', 'envoy-binary', ...flags], { env });
    const derived =
      'FROM baked-envoy:0.1.0\nUSER root\nRUN mkdir /keys && chown 1337 /keys\nUSER 1337\nCMD ["/usr/bin/agent"]\n';
    await execa('docker', ['build', '--tag', 'derived', '-'], { env, input: derived });
    const container = await scene.start('derived', ['--env', 'APPMESH_RESOURCE_ARN=mesh/m/virtualNode/a']);
    await scene.live(container);
    expect(await scene.docker.run('exec', container, '/usr/bin/envoy', '--version')).toMatch(
      /^1\.37\.0-appmesh\.1$/m,
    );
    await scene.remove(container);
  });

  it.each([
    'daybreak-envoy',
    'daybreak-proxy-route-manager',
    'daybreak-controlplane',
  ])('%s: each program and library finds the libraries that it needs', async (image) => {
    const said = await scene.docker.run(
      'run',
      '--rm',
      '--user',
      '0',
      `${image}:0.1.0`,
      'bash',
      '-c',
      FINDS_LIBRARIES,
    );
    expect(said).toMatch(/^\d\d+ files$/);
  });

  it("the control plane's own health check finds it ready", async () => {
    await scene.healthy('controlplane');
  });

  it("proxyinit's own health check: the rules are in force, in a container that keeps their network", async () => {
    const script = 'daybreak proxyinit && exec sleep infinity';
    const container = await scene.start(
      'daybreak-proxy-route-manager:0.1.0',
      ['--cap-drop', 'ALL', '--cap-add', 'NET_ADMIN', '--env', 'APPMESH_APP_PORTS=8000'],
      'bash',
      '-c',
      script,
    );
    await scene.healthy(container);
    await scene.remove(container);
  });

  it('proxyinit needs NET_ADMIN alone, and runs a second time', async () => {
    const network = await scene.start('daybreak-proxy-route-manager:0.1.0', [], 'sleep', 'infinity');
    const flags = [
      '--network',
      `container:${network}`,
      '--cap-drop',
      'ALL',
      '--cap-add',
      'NET_ADMIN',
      '--read-only',
    ];
    const args = [
      'run',
      '--rm',
      ...flags,
      '--env',
      'APPMESH_APP_PORTS=8000',
      'daybreak-proxy-route-manager:0.1.0',
    ];
    expect(await scene.docker.run(...args)).toMatch(/rules are in force: inbound 8000 to 15000/);
    expect(await scene.docker.run(...args)).toMatch(/in force/);
    const proxyinit = (command: string, ...more: readonly string[]) =>
      scene.docker.run(...args.slice(0, -1), ...more, args.at(-1) ?? '', 'daybreak', 'proxyinit', command);
    expect(await proxyinit('status')).toContain('the rules are in force');
    // Its probes come from a network namespace of their own.
    const capabilities = ['SYS_ADMIN', 'SETUID', 'SETGID'].flatMap((each) => ['--cap-add', each]);
    expect(await proxyinit('verify', ...capabilities)).toMatch(/^IPv4 in, .* arrived at port 15000/m);
    await scene.remove(network);
  });

  it('each line `docker run` of docs/migrate.md runs as it is written', async () => {
    const lines = commandsOf('docs/migrate.md', 'docker run -').filter(
      (line) => !/--name daybreak |pins\.txt/.test(line),
    );
    expect(lines.length).toBeGreaterThanOrEqual(3);
    for (const line of lines) {
      const said = await scene.run(line);
      if (line.includes('--detach')) {
        await scene.live(said);
        // All lines of the agent and of Envoy are JSON on stderr.
        const { stderr } = await scene.docker.try('logs', said);
        expect(stderr.trim().split('\n').map(isJson)).not.toContain(false);
        await scene.remove(said);
      } else expect(said).toMatch(/rules are in force|Usage: daybreak/);
    }
    // The rules of Docker's own host would lead the connections of later containers to an Envoy that is not there.
    const host = ['--rm', '--network', 'host', '--cap-add', 'NET_ADMIN'];
    await scene.docker.run(
      'run',
      ...host,
      'daybreak-proxy-route-manager:0.1.0',
      'daybreak',
      'proxyinit',
      'remove',
    );
  });

  it("docker stop of the page's containers under load, with a second instance: no request fails", {
    timeout: 900_000,
  }, async () => {
    const network = 'tasks';
    const first = await runPlainTask(scene.docker, scene.run, { network, name: 'first', node: 'serviceB' });
    const second = await runPlainTask(scene.docker, scene.run, { network, name: 'second', node: 'serviceB' });
    const front = await runPlainTask(scene.docker, scene.run, { network, name: 'front', node: 'front' });
    for (const { envoy } of [first, second, front]) await scene.live(envoy);
    const traffic = startTraffic(frontUrl(scene.docker), 50);
    for (const { envoy } of [first, second])
      await until(`requests reach ${envoy}`, async () => (await inboundRequests(scene.docker, envoy)) > 0);
    const isGood = (): boolean => {
      const { requests: sent, failures } = traffic.cut();
      return sent > 20 && failures === 0;
    };
    await until('a second without a failure', isGood, { everyMs: 1000 });
    traffic.cut();
    for (const container of [first.envoy, first.app]) await scene.docker.run('stop', container);
    const before = traffic.tally().requests;
    await until('further requests', () => traffic.tally().requests > before + 100);
    const { errors } = await traffic.stop();
    expect(errors).toEqual({});
    expect(await scene.docker.run('inspect', '--format', '{{.State.ExitCode}}', first.envoy)).toBe('0');
    // Without requests there is nothing to wait for.
    const began = performance.now();
    await scene.docker.run('stop', second.envoy);
    process.stderr.write(`docker stop of an idle Envoy: ${Math.round(performance.now() - began)} ms\n`);
    expect((await scene.docker.try('logs', second.envoy)).stderr).toContain('no traffic');
    await scene.docker.run(
      'rm',
      '--force',
      '--volumes',
      ...[first, second, front].flatMap(({ app, envoy }) => [app, envoy]),
    );
  });

  it("docs/migrate.md's lines for pins make an image again from the packages that it has", async () => {
    const [list = ''] = commandsOf('docs/migrate.md', 'docker run --rm REGISTRY/daybreak-envoy').filter(
      (line) => line.endsWith(' > pins.txt'),
    );
    const [build = ''] = commandsOf('docs/migrate.md', 'images/build.sh --pins');
    await scene.run(list);
    expect(await readFile(join(scene.lab.folder, 'pins.txt'), 'utf8')).toMatch(
      /^(\S+ \S+ [0-9a-f]{64}\n){20,}$/,
    );
    expect(await scene.run(build)).toBe('built daybreak-envoy:0.1.0');
    expect(await scene.run(list.replace(' > pins.txt', ''))).toBe(
      (await readFile(join(scene.lab.folder, 'pins.txt'), 'utf8')).trimEnd(),
    );
  });
});
