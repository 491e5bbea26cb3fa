// A cluster that runs the templates of images/ecs: the control plane with PostgreSQL, and the color application with its tellers in Cloud Map.
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import type { EcsRenderOptions } from '../../../cli/ecs/command.ts';
import { botocoreComplaints } from '../../../cli/ecs/testing/botocore.ts';
import { runRender } from '../../../cli/ecs/testing/run-render.ts';
import { tokenSum } from '../../../controlplane/ads/access/tokens.ts';
import { createCloudMapServices } from '../../../controlplane/discovery/testing/cloud-map.ts';
import { startMoto } from '../../../controlplane/discovery/testing/moto.ts';
import type { Docker } from '../../docker/testing/dockerd.ts';
import { until } from '../../lab/until.ts';
import { createAuthority } from '../../tls/testing/authority.ts';
import { readTaskDefinition, type TaskDefinition } from '../player/definition.ts';
import type { Player } from '../player/player.ts';
import type { Task } from '../player/play.ts';
import { NETWORK, openCluster, TOOL_IMAGE, VERSION } from './cluster.ts';

/** The scene: no task of the application runs at first. */
export type EcsScene = {
  readonly docker: Docker;
  readonly player: Player;
  readonly controlPlane: Task;
  /** Starts a teller, and registers it in Cloud Map when its application runs, as a service of ECS does. */
  startTeller(): Promise<Task>;
  /** Stops a teller as ECS does; Cloud Map learns of it last. */
  stopTeller(teller: Task): Promise<Awaited<Task['ended']>>;
  /** Starts the color gateway, which clients reach at `url`. */
  startGateway(): Promise<Task>;
  readonly url: string;
  close(): Promise<void>;
};

const ECS = join(import.meta.dirname, '../../../images/ecs');
const HOST_NAME = 'daybreak.internal';
const PORT = 9080;
const NODE_TOKEN = `daybreak-${randomBytes(32).toString('base64url')}`;
const secret = (name: string): string => `arn:aws:secretsmanager:us-west-2:111122223333:secret:${name}`;

/** The answers to `daybreak ecs render` for the templates. */
const ANSWERS: Partial<EcsRenderOptions> = {
  account: '111122223333',
  region: 'us-west-2',
  parameter: [
    'Family=colorteller',
    'Resource=mesh/default/virtualNode/colorteller-vn',
    `AppImage=daybreak-color:${VERSION}`,
    `AppPort=${PORT}`,
    `EnvoyImage=daybreak-envoy:${VERSION}`,
    `ProxyinitImage=${TOOL_IMAGE}`,
    `XdsEndpoint=${HOST_NAME}:18443`,
    `XdsTokenSecret=${secret('token')}`,
    `XdsCaSecret=${secret('ca')}`,
    'LogGroup=apps',
    'ExecutionRole.Arn=arn:aws:iam::111122223333:role/execution',
    'TaskRole.Arn=arn:aws:iam::111122223333:role/task',
    `Image=daybreak-controlplane:${VERSION}`,
    `HostName=${HOST_NAME}`,
    // No load balancer: the addresses of the tasks connect without PROXY protocol.
    'VpcCidr=192.0.2.0/24',
    ...['Store', 'Certificate', 'Key', 'Credentials', 'Tokens'].map(
      (name) => `${name}Secret=${secret(name)}`,
    ),
  ],
};

/** The credentials of the tasks' roles, by ECS's endpoint. */
export const ROLE = {
  AccessKeyId: 'ASIAROLE',
  SecretAccessKey: 'secret-of-the-role',
  Token: 'token-of-the-role',
  Expiration: '2100-01-01T00:00:00Z',
};

/** Renders a file with `daybreak ecs render`, has botocore's model check the result, and reads it. @throws Error with the faults */
async function rendered(file: string, options: Partial<EcsRenderOptions>): Promise<TaskDefinition> {
  const { code, stdout, stderr } = await runRender({ path: join(ECS, file) }, options);
  if (code !== 0) throw new Error(`${file}: ${stderr}`);
  return checked(file, JSON.parse(stdout));
}

/** Evaluates the task definition of the control plane's template, which has nothing to render: no Envoy. */
async function controlPlaneDefinition(): Promise<TaskDefinition> {
  const file = 'cloudformation/controlplane.yaml';
  const { stdout } = await runRender(
    { path: join(ECS, file) },
    { ...ANSWERS, resource: 'Task', output: 'json' },
  );
  const { taskDefinitions } = JSON.parse(stdout) as {
    readonly taskDefinitions: readonly { readonly taskDefinition: unknown }[];
  };
  return checked(file, taskDefinitions[0]?.taskDefinition);
}

async function checked(file: string, definition: unknown): Promise<TaskDefinition> {
  const complaints = await botocoreComplaints([definition]);
  if (complaints.length > 0) throw new Error(`${file}: ${complaints.join('; ')}`);
  return readTaskDefinition(JSON.stringify(definition));
}

/** Opens the scene, and waits until its control plane has the mesh. */
export async function openEcsScene(): Promise<EcsScene> {
  const cluster = await openCluster('ecs', ['postgres']);
  const { docker, player, lab } = cluster;
  try {
    const moto = await startMoto(lab.address);
    const close = async (): Promise<void> => {
      await moto.stop();
      await cluster.close();
    };
    return { ...(await furnish(docker, player, moto.endpoint, lab.folder)), docker, player, close };
  } catch (error) {
    await cluster.close();
    throw error;
  }
}

async function furnish(
  docker: Docker,
  player: Player,
  aws: string,
  folder: string,
): Promise<Omit<EcsScene, 'docker' | 'player' | 'close'>> {
  const authority = await createAuthority();
  const { chain, privateKey } = await authority.issue({ dns: [HOST_NAME] });
  const admin = {
    name: 'admin',
    accessKeys: [{ accessKeyId: 'AKIDADMIN00000000', secretAccessKey: 'secret-of-the-admin-123456' }],
    policies: [{ Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }],
  };
  const secrets = {
    [secret('Store')]: 'postgres://daybreak@postgres/postgres',
    [secret('Certificate')]: chain,
    [secret('Key')]: privateKey,
    [secret('Credentials')]: JSON.stringify({ accounts: [{ id: '111122223333', users: [admin] }] }),
    [secret('Tokens')]: JSON.stringify({
      sha256: tokenSum(NODE_TOKEN),
      nodes: ['mesh/default/virtualNode/*'],
    }),
    [secret('token')]: NODE_TOKEN,
    [secret('ca')]: authority.certificate,
  };
  await docker.run(
    'run',
    '--detach',
    '--name',
    'postgres',
    '--network',
    NETWORK,
    `daybreak-postgres:${VERSION}`,
  );

  const definition = await controlPlaneDefinition();
  const controlPlane = await player.play({
    definition: withVariables(definition, 'controlplane', { AWS_ENDPOINT_URL: aws }),
    names: [HOST_NAME],
    launchType: 'FARGATE',
    credentials: ROLE,
    secrets,
  });
  await controlPlane.runs('controlplane');
  await copyFile(join(import.meta.dirname, '../testdata/mesh.yaml'), join(folder, 'mesh.yaml'));
  const env = [
    `DAYBREAK_ENDPOINT=https://${HOST_NAME}:8443`,
    `AWS_ACCESS_KEY_ID=${admin.accessKeys[0]?.accessKeyId}`,
    `AWS_SECRET_ACCESS_KEY=${admin.accessKeys[0]?.secretAccessKey}`,
    'AWS_REGION=us-west-2',
    'NODE_EXTRA_CA_CERTS=/model/ca.pem',
  ];
  await writeFile(join(folder, 'ca.pem'), authority.certificate);
  const flags = ['--rm', '--network', NETWORK, '--volume', `${folder}:/model:ro`];
  const client = [...flags, ...env.flatMap((each) => ['--env', each]), `daybreak-controlplane:${VERSION}`];
  const apply = until(
    'the mesh',
    () => docker.run('run', ...client, 'daybreak', 'apply', '-f', '/model/mesh.yaml'),
    {
      limitMs: 600_000,
      everyMs: 1000,
    },
  );
  const gone = controlPlane.ended.then((end) => {
    throw new Error(`the control plane ended: ${JSON.stringify(end)}`);
  });
  await Promise.race([apply, gone]);
  gone.catch(() => undefined);

  const cloudMap = await createCloudMapServices(aws, 'us-west-2')('default', 'colorteller');
  const tellerDefinition = await rendered('cloudformation/task-ec2-proxyinit.yaml', ANSWERS);
  const gatewayDefinition = await rendered('task-definition.json', {
    xdsEndpoint: `${HOST_NAME}:18443`,
    xdsTokenSecret: secret('token'),
    xdsCaSecret: secret('ca'),
  });
  const idOf = (task: Task): string => task.arn.split('/').at(-1) ?? '';
  return {
    controlPlane,
    async startTeller() {
      const teller = await player.play({
        definition: tellerDefinition,
        // Applications resolve the name of the virtual service; Envoy decides where a request goes.
        names: ['colorteller.default.svc.cluster.local'],
        credentials: ROLE,
        secrets,
      });
      await teller.runs('app');
      await cloudMap.register(idOf(teller), { AWS_INSTANCE_IPV4: teller.address });
      return teller;
    },
    async stopTeller(teller) {
      const end = await teller.stop();
      await cloudMap.deregister(idOf(teller));
      return end;
    },
    async startGateway() {
      const gateway = await player.play({
        definition: gatewayDefinition,
        names: ['colorgateway.default.svc.cluster.local'],
        publish: [PORT],
        launchType: 'FARGATE',
        credentials: ROLE,
        secrets,
        image: ({ name }) =>
          name === 'app'
            ? { image: `daybreak-color:${VERSION}`, command: ['color', 'gateway'] }
            : { image: `daybreak-envoy:${VERSION}` },
      });
      await gateway.runs('app');
      return gateway;
    },
    url: `http://${docker.host.address}:${PORT}/color`,
  };
}

/** Returns the definition with further variables of one container. */
function withVariables(
  definition: TaskDefinition,
  container: string,
  variables: Readonly<Record<string, string>>,
): TaskDefinition {
  const more = Object.entries(variables).map(([name, value]) => ({ name, value }));
  const containerDefinitions = definition.containerDefinitions.map((each) =>
    each.name === container ? { ...each, environment: [...(each.environment ?? []), ...more] } : each,
  );
  return { ...definition, containerDefinitions };
}
