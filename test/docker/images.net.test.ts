import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CreateMeshCommand, CreateVirtualNodeCommand } from '@aws-sdk/client-app-mesh';
import { appMeshClient, createColorModel, hostnameOf, PORT } from '../../demo/color-model.ts';
import { createLab, type Lab } from '../lab/lab.ts';
import { until } from '../lab/until.ts';
import { commandsOf } from './testing/blocks.ts';
import { startDocker, whyNoDocker, type Docker } from './testing/dockerd.ts';
import { buildArchive, whyNoImages } from './testing/image-archive.ts';
import { createVariablesFile, serverInfoOf } from './testing/reload-variables.ts';
import { AMAZON_LINES } from './testing/amazon-lines.ts';
import { playColorPods } from './testing/color-pods.ts';

// The images in the forms in which people run them, and all that Amazon's tools execute in them.

const why = whyNoDocker() ?? (await whyNoImages());
if (why !== undefined) process.stderr.write(`containers are left out: ${why}\n`);

const OLDEST = process.env['DAYBREAK_ENVOY_OLDEST'] ?? '';
const BUILD = join(import.meta.dirname, '../../images/build.sh');
const PATIENT = { everyMs: 500, limitMs: 300_000 };
const READY = ['exec', 'CONTAINER', '/usr/bin/agent', 'ready'];

/** How a container is run, by the flags of `docker run`. */
const FORMS: readonly (readonly [form: string, ...flags: string[]])[] = [
  ['as the image says'],
  ['read-only, with a tmpfs', '--read-only', '--tmpfs', '/tmp'],
  ['read-only, with a volume', '--read-only', '--volume', '/tmp'],
  ['read-only, with neither', '--read-only'],
  ['as another user', '--user', '1000'],
  ['as root', '--user', '0'],
  ['without capabilities', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
  ['in 160 MB', '--memory', '160m', '--memory-swap', '160m'],
  ["with Docker's init", '--init'],
  ['without IPv6', '--sysctl', 'net.ipv6.conf.all.disable_ipv6=1'],
  ['with 1,024 open files', '--ulimit', 'nofile=1024:1024'],
];

describe.skipIf(why !== undefined)(`containers${why === undefined ? '' : ` are left out: ${why}`}`, () => {
  let lab: Lab;
  let docker: Docker;
  let containers = 0;
  /** Starts a container beside the control plane, and returns its name. */
  const start = async (
    image: string,
    flags: readonly string[],
    ...command: readonly string[]
  ): Promise<string> => {
    containers += 1;
    const name = `container-${containers}`;
    const variables = image.startsWith('daybreak-envoy')
      ? [
          '--env',
          'APPMESH_RESOURCE_ARN=mesh/m/virtualNode/a',
          '--env',
          'APPMESH_XDS_ENDPOINT=http://controlplane:18000',
        ]
      : [];
    const all = ['--detach', '--name', name, '--network', 'tasks', ...variables, ...flags];
    await docker.run('run', ...all, image, ...command);
    return name;
  };
  const live = async (container: string): Promise<void> => {
    const args = READY.map((word) => (word === 'CONTAINER' ? container : word));
    await until(
      `${container} is healthy`,
      async () => {
        const { code, stderr } = await docker.try(...args);
        if (code !== 0)
          throw new Error(`${stderr}\n${(await docker.try('logs', '--tail', '3', container)).stderr}`);
        return true;
      },
      PATIENT,
    );
  };
  const healthy = (container: string): Promise<boolean> =>
    until(
      `${container} is healthy`,
      async () =>
        (await docker.run('inspect', '--format', '{{.State.Health.Status}}', container)) === 'healthy',
      PATIENT,
    );
  const remove = (container: string) => docker.run('rm', '--force', '--volumes', container);
  beforeAll(async () => {
    lab = await createLab({ name: 'images' });
    docker = await startDocker(lab);
    const archive = join(lab.folder, 'images.tar');
    await buildArchive(archive);
    await docker.load(archive);
    await docker.run('network', 'create', 'tasks');
    // The line of docs/migrate.md, with names for this test's other containers and with addresses of this host.
    const [line = ''] = commandsOf('docs/migrate.md', 'docker run --detach --restart=always --name daybreak');
    await run(line.replace('--name daybreak', '--name controlplane --network tasks'));
    const client = appMeshClient(`http://${docker.host.address}:8080`);
    await until('the API answers', () => client.send(new CreateMeshCommand({ meshName: 'm' })), PATIENT);
    await client.send(node('m', 'a'));
  }, 1_500_000);
  afterAll(async () => {
    await docker?.stop();
    await lab?.close();
  }, 120_000);
  /** Runs a line of the documentation, in the lab's folder. */
  const run = async (line: string): Promise<string> => {
    const text = line
      .replaceAll('REGISTRY/', '')
      .replaceAll('HOST:', `${docker.host.address}:`)
      .replaceAll('images/build.sh', BUILD);
    const { stdout } = await execa('sh', ['-c', text], { env: docker.env, cwd: lab.folder });
    return stdout;
  };

  describe.each(['daybreak-envoy', 'daybreak-envoy-slim'])('%s', (image) => {
    it.each(FORMS)('%s: it becomes healthy, and ends in order', async (_form, ...flags) => {
      const container = await start(`${image}:0.1.0`, flags);
      await live(container);
      // Finds the agent's folder, wherever it had to be.
      expect(await docker.run('exec', container, '/usr/bin/agent', 'log-level', 'debug')).toContain(
        '[debug]',
      );
      await docker.run('stop', '--time', '30', container);
      expect(
        await docker.run('inspect', '--format', '{{.State.ExitCode}} {{.State.OOMKilled}}', container),
      ).toBe('0 false');
      await remove(container);
    });

    it("the image's own health check finds the agent healthy", async () => {
      const container = await start(`${image}:0.1.0`, []);
      await healthy(container);
      await remove(container);
    });
  });

  it.each(
    FORMS.filter(([form]) => form.startsWith('read-only')),
  )('%s: a reload takes a changed file of variables over by a hot restart', async (_form, ...flags) => {
    const variables = await createVariablesFile(lab.folder, 'ENVOY_CONCURRENCY=1\n');
    const container = await start('daybreak-envoy:0.1.0', [...flags, ...variables.flags]);
    await live(container);
    await variables.write('ENVOY_CONCURRENCY=2\n');
    expect(await docker.run('exec', container, '/usr/bin/agent', 'reload')).toContain('has taken over');
    const options = { restart_epoch: 1, concurrency: 2 };
    expect(await serverInfoOf(docker, container)).toMatchObject({ command_line_options: options });
    await docker.run('stop', '--time', '60', container);
    expect(await docker.run('inspect', '--format', '{{.State.ExitCode}}', container)).toBe('0');
    await remove(container);
  });

  it.each(AMAZON_LINES)('%s', async (_who, line, { env = [], code, says, not }) => {
    const container = await start(
      'daybreak-envoy:0.1.0',
      env.flatMap((each) => ['--env', each]),
    );
    await live(container);
    const ended = await docker.try('exec', container, ...line);
    expect(ended).toMatchObject({ code });
    expect(`${ended.stdout}${ended.stderr}`).toMatch(says);
    if (not !== undefined) expect(`${ended.stdout}${ended.stderr}`).not.toMatch(not);
    await remove(container);
  });

  it("pods that Amazon's controller has injected: a request passes both sidecars, and both end in order", async () => {
    await createColorModel(appMeshClient(`http://${docker.host.address}:8080`), { 'colorteller-vn': 1 });
    const pods = await playColorPods(docker, 'tasks', 'http://controlplane:18000');
    const url = `http://${hostnameOf('colorgateway-vn')}:${PORT}/color`;
    const caller = await start('daybreak-envoy:0.1.0', []);
    await until('a color', async () => {
      return (await docker.run('exec', caller, 'curl', '--silent', url)).includes('"color":"white"');
    });
    for (const { envoy } of pods) {
      const stats =
        'curl -s "http://localhost:9901/stats?filter=http.ingress.downstream_rq_total" | cut -d" " -f2';
      expect(Number(await docker.run('exec', envoy, 'sh', '-c', stats))).toBeGreaterThan(0);
    }
    expect(await Promise.all(pods.map((pod) => pod.stop()))).toEqual([
      ['0', '0'],
      ['0', '0'],
    ]);
    await remove(caller);
  });

  it('an image made from ours, with files of its own and another Envoy, runs', async () => {
    const binary = 'FROM scratch\nCOPY envoy /usr/local/bin/envoy\n';
    const env = { ...docker.env, DOCKER_BUILDKIT: '0' };
    await execa('docker', ['build', '--tag', 'envoy-binary', '--file', '-', join(OLDEST, '..')], {
      env,
      input: binary,
    });
    const flags = ['--only', 'envoy', '--name', 'baked', '--xds-endpoint', 'http://controlplane:18000'];
    await execa(BUILD, ['--envoy', 'envoy-binary', ...flags], { env });
    const derived =
      'FROM baked-envoy:0.1.0\nUSER root\nRUN mkdir /keys && chown 1337 /keys\nUSER 1337\nCMD ["/usr/bin/agent"]\n';
    await execa('docker', ['build', '--tag', 'derived', '-'], { env, input: derived });
    const container = await start('derived', ['--env', 'APPMESH_RESOURCE_ARN=mesh/m/virtualNode/a']);
    await live(container);
    expect(await docker.run('exec', container, '/usr/bin/envoy', '--version')).toMatch(
      /^1\.37\.0-appmesh\.1$/m,
    );
    await remove(container);
  });

  it.each([
    'daybreak-envoy',
    'daybreak-proxy-route-manager',
    'daybreak-controlplane',
  ])('%s: each program and library finds the libraries that it needs', async (image) => {
    const script = `for file in /usr/bin/* /usr/sbin/* /usr/lib/*-linux-gnu/*.so* /usr/lib/daybreak/node /usr/local/bin/*; do
        [ -f "$file" ] && read -r -n 4 magic <"$file" 2>/dev/null && [ "$magic" = $'\\x7fELF' ] || continue
        checked=$((checked + 1)); /lib64/ld-linux-*.so.* --list "$file" | while read -r line; do [[ $line == *'not found'* ]] && echo "$file: $line"; done
      done 2>&1; echo "$checked files"`;
    const said = await docker.run('run', '--rm', '--user', '0', `${image}:0.1.0`, 'bash', '-c', script);
    expect(said).toMatch(/^\d\d+ files$/);
  });

  it("the control plane's own health check finds it ready", async () => {
    await healthy('controlplane');
  });

  it("proxyinit's own health check: the rules are in force, in a container that keeps their network", async () => {
    const script = 'daybreak proxyinit && exec sleep infinity';
    const container = await start(
      'daybreak-proxy-route-manager:0.1.0',
      ['--cap-drop', 'ALL', '--cap-add', 'NET_ADMIN', '--env', 'APPMESH_APP_PORTS=8000'],
      'bash',
      '-c',
      script,
    );
    await healthy(container);
    await remove(container);
  });

  it('proxyinit needs NET_ADMIN alone, and runs a second time', async () => {
    const network = await start('daybreak-proxy-route-manager:0.1.0', [], 'sleep', 'infinity');
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
    expect(await docker.run(...args)).toMatch(/rules are in force: inbound 8000 to 15000/);
    expect(await docker.run(...args)).toMatch(/in force/);
    const proxyinit = (command: string, ...more: readonly string[]) =>
      docker.run(...args.slice(0, -1), ...more, args.at(-1) ?? '', 'daybreak', 'proxyinit', command);
    expect(await proxyinit('status')).toContain('the rules are in force');
    // Its probes come from a network namespace of their own.
    const capabilities = ['SYS_ADMIN', 'SETUID', 'SETGID'].flatMap((each) => ['--cap-add', each]);
    expect(await proxyinit('verify', ...capabilities)).toMatch(/^IPv4 in, .* arrived at port 15000/m);
    await remove(network);
  });

  it('each line `docker run` of docs/migrate.md runs as it is written', async () => {
    const lines = commandsOf('docs/migrate.md', 'docker run -').filter(
      (line) => !/--name daybreak |pins\.txt/.test(line),
    );
    expect(lines.length).toBeGreaterThanOrEqual(3);
    const client = appMeshClient(`http://${docker.host.address}:8080`);
    await client.send(new CreateMeshCommand({ meshName: 'apps' }));
    await client.send(node('apps', 'serviceB'));
    for (const line of lines) {
      const said = await run(line);
      if (line.includes('--detach')) await live(said);
      else expect(said).toMatch(/rules are in force|Usage: daybreak/);
    }
  });

  it("docs/migrate.md's lines for pins make an image again from the packages that it has", async () => {
    const [list = ''] = commandsOf('docs/migrate.md', 'docker run --rm REGISTRY/daybreak-envoy').filter(
      (line) => line.endsWith(' > pins.txt'),
    );
    const [build = ''] = commandsOf('docs/migrate.md', 'images/build.sh --pins');
    await run(list);
    expect(await readFile(join(lab.folder, 'pins.txt'), 'utf8')).toMatch(/^(\S+ \S+ [0-9a-f]{64}\n){20,}$/);
    expect(await run(build)).toBe('built daybreak-envoy:0.1.0');
    expect(await run(list.replace(' > pins.txt', ''))).toBe(
      (await readFile(join(lab.folder, 'pins.txt'), 'utf8')).trimEnd(),
    );
  });
});

function node(meshName: string, virtualNodeName: string): CreateVirtualNodeCommand {
  const listeners = [{ portMapping: { port: 8000, protocol: 'http' as const } }];
  return new CreateVirtualNodeCommand({
    meshName,
    virtualNodeName,
    spec: { listeners, serviceDiscovery: { dns: { hostname: 'localhost' } } },
  });
}
