import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DOCUMENT, secretOf } from '../../../controlplane/auth/testing/signed-requests.ts';
import { startMoto } from '../../../controlplane/discovery/testing/moto.ts';
import { writeSelfSigned } from '../../../controlplane/tls/testing/certificates.ts';
import { blockOf } from '../../docker/testing/blocks.ts';
import { createLab, type Lab } from '../../lab/lab.ts';
import { awsCommand } from '../../operations/clients/installed.ts';
import type { Booted, Machine } from '../../proxyinit/machine.ts';
import { openMachineScene, SERVICE_B } from '../../testing/machine-scene.ts';
import { watchPath } from '../../testing/watch-path.ts';
import { until } from '../../lab/until.ts';
import { PAGE } from './migrate-page.ts';
import { ROOT } from '../pages.ts';

// The commands of docs/migrate.md for a machine with systemd, for an untrusted network and for ECS, in the order and with the text of the page.
// test/docker/images.net.test.ts runs those for Docker.

let lab: Lab;
beforeAll(async () => {
  lab = await createLab({ name: 'migrate' });
});
afterAll(() => lab?.close());

describe('a machine without Docker', () => {
  let machine: Machine;
  let booted: Booted;
  let url: string;
  let controlPlane: string;
  beforeAll(async () => {
    const scene = await openMachineScene(lab, { programs: 'none' });
    ({ machine, url } = scene);
    controlPlane = new URL(scene.controlPlane.endpoint).hostname;
    booted = await machine.boot();
  }, 300_000);
  afterAll(async () => {
    await booted?.end('poweroff').catch(() => undefined);
    await machine?.remove();
  }, 240_000);

  /** Runs lines on the machine. @throws Error with their output if one fails */
  const onMachine = async (lines: readonly string[], host = controlPlane): Promise<string> => {
    const script = ['set -e', ...lines].join('\n').replaceAll('HOST:', `${host}:`);
    const { code, stdout, stderr } = await booted.run(script);
    if (code !== 0) {
      const { stdout: journal } = await booted.run(
        'journalctl --no-pager --lines 30 --output cat --unit "daybreak*"',
      );
      throw new Error(`${script}: exit ${code}: ${stdout}\n${stderr}\n${journal}`);
    }
    return stdout;
  };

  test('the files are copied, and the units lead the requests through Envoy', {
    timeout: 600_000,
  }, async () => {
    const programs = join(lab.folder, 'programs-of-test');
    await mkdir(programs);
    // In place of a network with a server for SSH.
    const words = (await booted.enter()).join(' ');
    await writeFile(
      join(programs, 'ssh'),
      `#!/bin/sh\n[ "$1" = root@MACHINE ] && shift && exec ${words} sh -c "$*"\n`,
      { mode: 0o755 },
    );
    await writeFile(
      join(programs, 'scp'),
      `#!/bin/sh\nexec ${words} sh -c 'cat >"$1" && chmod 755 "$1"' sh "\${2#root@MACHINE:}" <"$1"\n`,
      { mode: 0o755 },
    );
    const copy = blockOf(PAGE, 'images/build.sh --stage')
      .join('\n')
      .replace('images/build.sh', join(ROOT, 'images/build.sh'));
    const script = copy.replace(/\.daybreak\/envoy\S*/, process.env['DAYBREAK_ENVOY'] ?? '');
    await execa('sh', ['-ec', script], {
      cwd: lab.folder,
      env: { PATH: `${programs}:${process.env['PATH']}` },
    });
    const path = watchPath(url, lab.address);
    try {
      await until('requests to the application', () => path.peek().some(([way]) => way === 'application'));
      await onMachine(blockOf(PAGE, 'systemd-sysusers'));
      expect(await onMachine(['curl --silent http://127.0.0.1:9901/ready'])).toBe('LIVE');
      await until('requests through Envoy', () => path.peek().at(-1)?.[0] === 'Envoy');
      expect(await onMachine(blockOf('docs/proxyinit.md', '(set -a;'))).toContain('the rules are in force');
    } finally {
      await path.stop();
    }
  });

  test('a unit with the lines of the page starts once Envoy is LIVE; `systemctl start --no-block` does not wait', {
    timeout: 300_000,
  }, async () => {
    const service =
      '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/usr/bin/curl --silent --fail http://127.0.0.1:9901/ready\n';
    await machine.write(
      'etc/systemd/system/app.service',
      `${blockOf(PAGE, '[Unit]').join('\n')}\n${service}`,
    );
    await onMachine(['systemctl daemon-reload', 'systemctl stop daybreak-agent', 'systemctl start app']);
    // Without a control plane and a configuration on disk, the start waits.
    await onMachine([
      'systemctl stop app daybreak-agent',
      'sed -i s:serviceB:serviceC: /etc/daybreak/agent.env',
      'systemctl start --no-block daybreak-agent',
      'until [ "$(systemctl is-active daybreak-agent || true)" = activating ]; do sleep 0.1; done',
      'systemctl stop daybreak-agent',
    ]);
  });

  test('a control plane with TLS and tokens admits the agent that has the variables of the page', {
    timeout: 600_000,
  }, async () => {
    const etc = (name: string): string => machine.path(`etc/daybreak/${name}`);
    await writeSelfSigned({ cert: etc('cert.pem'), key: etc('key.pem') });
    await machine.write('etc/daybreak/credentials.json', JSON.stringify(DOCUMENT));
    await machine.write(
      'etc/daybreak/mesh.yaml',
      `meshName: apps\n---\nmeshName: apps\nvirtualNodeName: serviceB\nspec: ${JSON.stringify(SERVICE_B)}\n`,
    );
    const [token = '', start = '', ...more] = blockOf(PAGE, 'daybreak token create');
    expect(more).toEqual([]);
    const value = await onMachine([token]);
    const aws = `AWS_ACCESS_KEY_ID=AKADMIN AWS_SECRET_ACCESS_KEY=${secretOf('AKADMIN')}`;
    await onMachine([
      `systemd-run --quiet --collect --unit=daybreak-secured ${start}`,
      'until curl --silent --fail --cacert /etc/daybreak/cert.pem https://127.0.0.1:8443/readyz; do sleep 0.2; done',
      `${aws} daybreak apply -f /etc/daybreak/mesh.yaml --endpoint https://127.0.0.1:8443 --ca-file /etc/daybreak/cert.pem`,
    ]);
    const variables = [
      'APPMESH_RESOURCE_ARN=mesh/apps/virtualNode/serviceB',
      'APPMESH_XDS_ENDPOINT=127.0.0.1:18443',
      `DAYBREAK_XDS_TOKEN=${value}`,
      'DAYBREAK_XDS_CA_FILE=/etc/daybreak/cert.pem',
    ];
    await machine.write('etc/daybreak/agent.env', `${variables.join('\n')}\n`);
    await onMachine([
      'chmod 644 /etc/daybreak/cert.pem',
      'rm -rf /var/lib/daybreak-agent/*',
      'systemctl restart daybreak-agent',
      'curl --silent http://127.0.0.1:9901/ready',
    ]);
    const unknown = variables.map((line) => line.replace(`=${value}`, '=wrong'));
    await machine.write('etc/daybreak/agent.env', `${unknown.join('\n')}\n`);
    await onMachine(['rm -rf /var/lib/daybreak-agent/*', 'systemctl restart --no-block daybreak-agent']);
    const journal = () => booted.run('journalctl --no-pager --output cat --unit daybreak-agent');
    await until('a refusal', async () => (await journal()).stdout.includes('UNAUTHENTICATED'));
  });
});

describe('an ECS task', () => {
  /** A side of the page's diff, as the object that its lines are the inside of. */
  const side = (sign: '-' | '+'): Record<string, unknown> => {
    const lines = blockOf(PAGE, '-  "image"').filter((line) => line[0] === sign || line[0] === ' ');
    const inside = lines
      .map((line) => line.slice(1))
      .join('')
      .replaceAll(/,(\s*)(?=\]|$)/g, '$1');
    return JSON.parse(`{${inside}}`) as Record<string, unknown>;
  };

  test("`daybreak ecs render` makes the page's changes, and ECS takes the result", {
    timeout: 300_000,
  }, async () => {
    const moto = await startMoto();
    try {
      const folder = join(lab.folder, 'ecs');
      await mkdir(folder);
      const daybreak = `#!/bin/sh\nexec '${process.execPath}' '${join(ROOT, 'cli/main.ts')}' "$@"\n`;
      await writeFile(join(folder, 'daybreak'), daybreak, { mode: 0o755 });
      const env = {
        PATH: `${join(awsCommand(), '..')}:${folder}:${process.env['PATH']}`,
        AWS_ENDPOINT_URL: moto.endpoint,
        AWS_DEFAULT_REGION: 'us-west-2',
        AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
        AWS_SECRET_ACCESS_KEY: 'not-a-secret',
      };
      const sh = async (script: string): Promise<string> =>
        (await execa('sh', ['-ec', script], { cwd: folder, env })).stdout;
      const original = {
        family: 'serviceB',
        networkMode: 'awsvpc',
        containerDefinitions: [
          {
            name: 'app',
            image: 'app',
            essential: true,
            memory: 128,
            portMappings: [{ containerPort: 8000 }],
          },
          { name: 'envoy', essential: true, memory: 192, ...side('-') },
        ],
        proxyConfiguration: {
          type: 'APPMESH',
          containerName: 'envoy',
          properties: [
            { name: 'AppPorts', value: '8000' },
            { name: 'ProxyIngressPort', value: '15000' },
            { name: 'ProxyEgressPort', value: '15001' },
            { name: 'IgnoredUID', value: '1337' },
            { name: 'EgressIgnoredIPs', value: '169.254.170.2,169.254.169.254' },
          ],
        },
      };
      await writeFile(join(folder, 'original.json'), JSON.stringify(original));
      await sh('aws ecs register-task-definition --cli-input-json file://original.json');
      await sh(blockOf(PAGE, 'aws ecs describe-task-definition').join('\n'));
      const said = await sh('aws ecs describe-task-definition --task-definition serviceB:2 --output json');
      const { taskDefinition } = JSON.parse(said) as {
        taskDefinition: { containerDefinitions: { name: string }[] };
      };
      const envoy = taskDefinition.containerDefinitions.find(({ name }) => name === 'envoy');
      const { environment, ...wanted } = side('+');
      expect(envoy).toMatchObject({
        ...wanted,
        environment: expect.arrayContaining(environment as object[]),
      });
    } finally {
      await moto.stop();
    }
  });
});
