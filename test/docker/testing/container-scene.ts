import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { CreateMeshCommand, CreateVirtualNodeCommand, type AppMeshClient } from '@aws-sdk/client-app-mesh';
import { appMeshClient } from '../../../demo/color-model.ts';
import { PAGE } from '../../docs/walks/migrate-page.ts';
import { ROOT } from '../../docs/pages.ts';
import { createLab, type Lab } from '../../lab/lab.ts';
import { until } from '../../lab/until.ts';
import { awsCommand } from '../../operations/clients/installed.ts';
import { blockOf } from './blocks.ts';
import { startDocker, type Docker } from './dockerd.ts';
import { createPlainModel } from './plain-task.ts';

const BUILD = join(ROOT, 'images/build.sh');

/** Settings of the AWS command line; the control plane takes any key. */
const AWS = {
  AWS_DEFAULT_REGION: 'us-west-2',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'not-a-secret',
};

/** A Docker with the images and a control plane, both by the lines of docs/migrate.md, and containers in the network `tasks`. */
export type ContainerScene = {
  readonly lab: Lab;
  readonly docker: Docker;
  readonly client: AppMeshClient;
  /** Starts a container beside the control plane, with `flags` of `docker run`. Returns its name. */
  start(image: string, flags: readonly string[], ...command: readonly string[]): Promise<string>;
  /** Waits until the agent of a container is ready. */
  live(container: string): Promise<void>;
  /** Waits until Docker calls a container healthy. */
  healthy(container: string): Promise<unknown>;
  remove(container: string): Promise<unknown>;
  /** Runs a line of the documentation in the lab's folder. Returns its stdout. */
  readonly run: (line: string) => Promise<string>;
  close(): Promise<void>;
};

/** Opens the scene: sets up, builds the images, starts the control plane, and creates the meshes `m` and `apps`. */
export async function openContainerScene(): Promise<ContainerScene> {
  const lab = await createLab({ name: 'images' });
  const docker = await startDocker(lab);
  const run = async (line: string): Promise<string> => {
    const text = line
      .replaceAll('REGISTRY/', '')
      .replaceAll('HOST:', `${docker.host.address}:`)
      .replaceAll('images/build.sh', BUILD);
    const env = { ...docker.env, ...AWS, PATH: `${join(awsCommand(), '..')}:${process.env['PATH']}` };
    const { stdout } = await execa('sh', ['-ec', text], { env, cwd: lab.folder });
    return stdout;
  };
  const [setup = '', ...build] = blockOf(PAGE, 'npm run setup');
  await execa('sh', ['-ec', setup], { cwd: ROOT });
  await run(build.join('\n'));
  const client = await startMesh(lab, docker, run);
  let containers = 0;
  return {
    lab,
    docker,
    client,
    async start(image, flags, ...command) {
      containers += 1;
      const name = `container-${containers}`;
      const all = ['--detach', '--name', name, '--network', 'tasks', ...variablesOf(image), ...flags];
      await docker.run('run', ...all, image, ...command);
      return name;
    },
    live: (container) => isReady(docker, container),
    healthy: (container) => isHealthy(docker, container),
    remove: (container) => docker.run('rm', '--force', '--volumes', container),
    run,
    async close() {
      await docker.stop();
      await lab.close();
    },
  };
}

/** Starts the control plane by the page's line, with names for the other containers, and creates the meshes. */
async function startMesh(
  lab: Lab,
  docker: Docker,
  run: (line: string) => Promise<string>,
): Promise<AppMeshClient> {
  await docker.run('network', 'create', 'tasks');
  const [line = ''] = blockOf(PAGE, 'docker run --detach --restart=always --name daybreak');
  await run(line.replace('--name daybreak', '--name controlplane --network tasks'));
  const client = appMeshClient(`http://${docker.host.address}:8080`);
  await until('the API answers', () => client.send(new CreateMeshCommand({ meshName: 'm' })), {
    limitMs: 600_000,
  });
  const listeners = [{ portMapping: { port: 8000, protocol: 'http' as const } }];
  const spec = { listeners, serviceDiscovery: { dns: { hostname: 'localhost' } } };
  await client.send(new CreateVirtualNodeCommand({ meshName: 'm', virtualNodeName: 'a', spec }));
  await writeFile(join(lab.folder, 'mesh.json'), '{"meshName":"apps"}');
  await run(blockOf(PAGE, 'export AWS_ENDPOINT_URL_APP_MESH').join('\n'));
  await createPlainModel(client);
  return client;
}

/** The variables of a container with an agent. */
function variablesOf(image: string): readonly string[] {
  if (!image.startsWith('daybreak-envoy')) return [];
  const variables = [
    'APPMESH_RESOURCE_ARN=mesh/m/virtualNode/a',
    'APPMESH_XDS_ENDPOINT=http://controlplane:18000',
  ];
  return variables.flatMap((each) => ['--env', each]);
}

async function isReady(docker: Docker, container: string): Promise<void> {
  await until(
    `${container} is ready`,
    async () => {
      const { code, stderr } = await docker.try('exec', container, '/usr/bin/agent', 'ready');
      if (code !== 0)
        throw new Error(`${stderr}\n${(await docker.try('logs', '--tail', '3', container)).stderr}`);
      return true;
    },
    { everyMs: 500, limitMs: 600_000 },
  );
}

function isHealthy(docker: Docker, container: string): Promise<boolean> {
  const format = ['--format', '{{.State.Health.Status}}'];
  return until(
    `${container} is healthy`,
    async () => (await docker.run('inspect', ...format, container)) === 'healthy',
    { everyMs: 500, limitMs: 600_000 },
  );
}
