import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EcsRenderOptions } from '../../../../cli/ecs/command.ts';
import type { TaskDefinition } from '../../../ecs/player/definition.ts';
import type { Task } from '../../../ecs/player/play.ts';

/** A cluster with a control plane that has no mesh yet. */
export type Stage = {
  /** The folder of the examples. */
  readonly folder: string;
  /** Makes the mesh of a template of the examples. `parameters`: NAME=VALUE. */
  importMesh(file: string, parameters: readonly string[]): Promise<void>;
  /** Applies documents. */
  apply(documents: readonly object[]): Promise<void>;
  /** Renders a task definition, and has botocore check it. */
  render(
    input: { readonly file: string } | { readonly text: string },
    options?: Partial<EcsRenderOptions>,
  ): Promise<TaskDefinition>;
  /** Plays a task until all its containers run. */
  play(
    definition: TaskDefinition,
    place: { readonly names: readonly string[]; readonly publish?: readonly number[] },
  ): Promise<Task>;
  /** Registers a task in Cloud Map. */
  register(
    namespace: string,
    service: string,
    task: Task,
    attributes?: Readonly<Record<string, string>>,
  ): Promise<void>;
  /** Asks a published port until it answers with 200, and returns the body. */
  answer(port: number, path: string): Promise<string>;
  /** Whether a request has passed the Envoy in this container. */
  passed(task: Task, container: string): Promise<boolean>;
  /** Waits for a line in the log of a container. */
  log(task: Task, container: string, wanted: RegExp): Promise<string>;
  close(): Promise<void>;
};

/** An example: `play` returns its outcome in words. @throws Error that says what failed */
export type Story = { readonly name: string; readonly play: (stage: Stage) => Promise<string> };

const APP_MESH_ENVOY = '840364872350.dkr.ecr.us-west-2.amazonaws.com/aws-appmesh-envoy:v1.29.12.1-prod';
const DOMAIN = 'default.svc.cluster.local';
/** A segment of X-Ray. */
const SEGMENT = /"trace_id"/;

async function requirePassed(stage: Stage, envoys: readonly (readonly [Task, string])[]): Promise<void> {
  for (const [task, container] of envoys) {
    if (!(await stage.passed(task, container)))
      throw new Error(`no request has passed ${task.arn} ${container}`);
  }
}

/** Fills the shell variables of a JSON file of the color application. */
function filled(folder: string, file: string, variables: Readonly<Record<string, string>>): string {
  const read = (name: string): string =>
    readFileSync(join(folder, 'examples/apps/colorapp/ecs', name), 'utf8');
  const parts = { ENVOY_CONTAINER_JSON: 'envoy-container.json', XRAY_CONTAINER_JSON: 'xray-container.json' };
  const fill = (text: string): string =>
    text.replaceAll(/\$(\w+)/g, (_, name: string) => {
      const part = Object.entries(parts).find(([each]) => each === name);
      return part === undefined ? JSON.stringify(variables[name] ?? name.toLowerCase()) : fill(read(part[1]));
    });
  return fill(read(file));
}

const colorApplication: Story = {
  name: 'examples/apps/colorapp, with X-Ray',
  async play(stage) {
    await stage.apply([{ meshName: 'test' }]);
    await stage.importMesh('examples/apps/colorapp/servicemesh/appmesh-colorapp.yaml', [
      'EnvironmentName=test',
      `ServicesDomain=${DOMAIN}`,
      'AppMeshMeshName=test',
    ]);
    const task = (kind: 'gateway' | 'teller', node: string, color: string): Promise<TaskDefinition> =>
      stage.render({
        text: filled(stage.folder, `color${kind}-base-task-def.json`, {
          NAME: node,
          APP_IMAGE: `color${kind}`,
          COLOR: color,
          VIRTUAL_NODE: `mesh/test/virtualNode/${node}`,
          COLOR_TELLER_ENDPOINT: `colorteller.${DOMAIN}:9080`,
          ENVOY_IMAGE: APP_MESH_ENVOY,
          ENVOY_LOG_LEVEL: 'info',
          AWS_REGION: 'us-west-2',
          TASK_ROLE_ARN: 'arn:aws:iam::111122223333:role/task',
          EXECUTION_ROLE_ARN: 'arn:aws:iam::111122223333:role/execution',
        }),
      });
    const tellers: Task[] = [];
    for (const [color, name] of [
      ['white', 'colorteller'],
      ['blue', 'colorteller-blue'],
      ['red', 'colorteller-red'],
    ] as const) {
      const definition = await task('teller', `colorteller-${color}-vn`, color);
      tellers.push(await stage.play(definition, { names: [`${name}.${DOMAIN}`] }));
    }
    const gateway = await stage.play(await task('gateway', 'colorgateway-vn', ''), {
      names: [`colorgateway.${DOMAIN}`],
      publish: [9080],
    });
    const seen = new Set<string>();
    for (let count = 0; count < 60 && seen.size < 3; count += 1) {
      seen.add((JSON.parse(await stage.answer(9080, '/color')) as { color: string }).color);
    }
    if (seen.size < 3) throw new Error(`only these colors: ${[...seen].join(', ')}`);
    await requirePassed(
      stage,
      [gateway, ...tellers].map((each) => [each, 'envoy']),
    );
    await stage.log(gateway, 'xray-daemon', SEGMENT);
    return `colors ${[...seen].toSorted().join(', ')} through the Envoys of 4 tasks; X-Ray's daemon got segments`;
  },
};

const MESH_FOLDER = 'walkthroughs/howto-ingress-gateway/mesh';

/** Returns the documents of the gateway's mesh, by the files and names in its script, without TLS, whose certificate would be ACM's. */
function gatewayMesh(folder: string): readonly object[] {
  const read = (name: string, variables: Readonly<Record<string, string>> = {}): object => {
    const text = readFileSync(join(folder, MESH_FOLDER, `${name}.json`), 'utf8');
    return JSON.parse(
      text.replaceAll(/\$(\w+)/g, (_, variable: string) => JSON.stringify(variables[variable] ?? variable)),
    ) as object;
  };
  const service = `colorteller-1.${DOMAIN}`;
  const node = (virtualNodeName: string, name: string): object => ({
    virtualNodeName,
    ...read(virtualNodeName, { DNS_HOSTNAME: `${name}.${DOMAIN}` }),
  });
  const gateway = read('colorgateway-vg') as {
    readonly spec: { readonly listeners: readonly { readonly portMapping: object }[] };
  };
  const listeners = gateway.spec.listeners.map(({ portMapping }) => ({ portMapping }));
  return [
    read('mesh'),
    node('colorteller-white-vn', 'colorteller-white'),
    node('colorteller-blue-vn', 'colorteller-blue'),
    { virtualRouterName: 'colorteller-vr-1', ...read('colorteller-vr-1') },
    {
      virtualRouterName: 'colorteller-vr-1',
      routeName: 'colorteller-route-1',
      ...read('colorteller-route-1'),
    },
    { virtualServiceName: service, ...read('colorteller-vs-1') },
    { virtualGatewayName: 'colorgateway-vg', spec: { listeners } },
    {
      virtualGatewayName: 'colorgateway-vg',
      gatewayRouteName: 'colorgateway-route-1',
      ...read('colorgateway-route-1', { VIRTUALSERVICE_NAME: service }),
    },
  ].map((document) => ({ meshName: 'test', ...document }));
}

const ingressGateway: Story = {
  name: 'walkthroughs/howto-ingress-gateway',
  async play(stage) {
    const file = 'walkthroughs/howto-ingress-gateway/infrastructure/ecs-service.yaml';
    await stage.apply(gatewayMesh(stage.folder));
    const parameter = [
      'EnvironmentName=test',
      'AppMeshMeshName=test',
      `ECSServicesDomain=${DOMAIN}`,
      `EnvoyImage=${APP_MESH_ENVOY}`,
      'ColorTellerImageName=colorteller',
      'ImportValue:test:TaskIamRoleArn=arn:aws:iam::111122223333:role/task',
      'ImportValue:test:TaskExecutionIamRoleArn=arn:aws:iam::111122223333:role/execution',
      'ImportValue:test:ECSServiceLogGroup=logs',
    ];
    const tellers: Task[] = [];
    for (const color of ['White', 'Blue']) {
      const resource = `ColorTeller${color}TaskDefinition`;
      const definition = await stage.render({ file }, { parameter, resource });
      tellers.push(await stage.play(definition, { names: [`colorteller-${color.toLowerCase()}.${DOMAIN}`] }));
    }
    const gateway = await stage.play(
      await stage.render({ file }, { parameter, resource: 'ColorGatewayTaskDefinition' }),
      { names: [`colorgateway.${DOMAIN}`], publish: [9080] },
    );
    const seen = new Set<string>();
    for (let count = 0; count < 60 && seen.size < 2; count += 1) {
      seen.add(await stage.answer(9080, '/color1/tell'));
    }
    if (seen.size < 2) throw new Error(`only these colors: ${[...seen].join(', ')}`);
    await requirePassed(stage, [[gateway, 'app'], ...tellers.map((each) => [each, 'envoy'] as const)]);
    return `colors ${[...seen].toSorted().join(', ')} through the gateway's Envoy and those of 2 tasks`;
  },
};

const walkthrough: Story = {
  name: "walkthroughs/howto-ecs-basics, with X-Ray and CloudWatch's agent",
  async play(stage) {
    const file = 'walkthroughs/howto-ecs-basics/deploy/2-meshify.yaml';
    const parameter = [
      'ProjectName=test',
      'ColorAppImage=color',
      'FrontAppImage=front',
      `EnvoyImage=${APP_MESH_ENVOY}`,
      'CloudWatchAgentImage=amazon/cloudwatch-agent:latest',
      'PublicLoadBalancer.DNSName=front.local',
    ];
    await stage.importMesh(file, parameter);
    const roles = ['TaskIamRole', 'TaskExecutionIamRole'].map(
      (name) => `${name}=arn:aws:iam::111122223333:role/${name}`,
    );
    const answers = { parameter: [...parameter, ...roles, 'LogGroup=logs'] };
    const color = await stage.play(await stage.render({ file }, { ...answers, resource: 'ColorTaskDef' }), {
      names: ['color.test.mesh.local'],
    });
    await stage.register('test.pvtdns', 'color', color, { ECS_TASK_DEFINITION_FAMILY: 'test-color' });
    const front = await stage.play(await stage.render({ file }, { ...answers, resource: 'FrontTaskDef' }), {
      names: ['front.local'],
      publish: [8080],
    });
    const body = await stage.answer(8080, '/color');
    await requirePassed(stage, [
      [front, 'envoy'],
      [color, 'envoy'],
    ]);
    await stage.log(front, 'xray', SEGMENT);
    await stage.log(front, 'cwagent', /envoy|appmesh|:\d/);
    return `${body.trim()} through the Envoys of 2 tasks; X-Ray's daemon and CloudWatch's agent got data`;
  },
};

/** The examples to play. */
export const STORIES: readonly Story[] = [colorApplication, ingressGateway, walkthrough];
