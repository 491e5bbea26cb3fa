import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { readAgentSettings } from '../agent/settings/settings.ts';

const COMMAND = join(import.meta.dirname, '../cli/main.ts');

type Pair = { readonly name: string; readonly value: string };
type Container = {
  readonly name: string;
  readonly environment: readonly Pair[];
  readonly dependsOn?: readonly { readonly containerName: string; readonly condition: string }[];
  readonly portMappings?: readonly { readonly containerPort: number }[];
  readonly healthCheck?: { readonly command: readonly string[] };
  readonly user?: string;
  readonly stopTimeout?: number;
};
type TaskDefinition = {
  readonly networkMode: string;
  readonly proxyConfiguration: {
    readonly type: string;
    readonly containerName: string;
    readonly properties: readonly Pair[];
  };
  readonly containerDefinitions: readonly Container[];
};

const task = JSON.parse(
  await readFile(join(import.meta.dirname, 'ecs/task-definition.json'), 'utf8'),
) as TaskDefinition;
const proxy = task.containerDefinitions.find(({ name }) => name === task.proxyConfiguration.containerName);
const app = task.containerDefinitions.find(({ name }) => name !== proxy?.name);
const env = Object.fromEntries(proxy?.environment.map(({ name, value }) => [name, value]) ?? []);
const properties = Object.fromEntries(
  task.proxyConfiguration.properties.map(({ name, value }) => [name, value]),
);

test('the agent takes the variables of the task definition', () => {
  const settings = readAgentSettings(env);
  expect(settings.resource).toMatchObject({ mesh: 'default', kind: 'virtualNode', name: 'colorgateway-vn' });
  expect(settings.xds.endpoints).toEqual([{ kind: 'plaintext', host: 'daybreak.internal', port: 18_000 }]);
  expect(settings.admin.place).toEqual({ address: '127.0.0.1', port: 9901 });
  expect(proxy?.healthCheck?.command.join(' ')).toContain('localhost:9901/server_info');
  expect(proxy?.user).toBe(`${settings.user.uid}`);
  // Envoy exits after the drain.
  expect(proxy?.stopTimeout).toBeGreaterThan(settings.drainSeconds + 5);
});

test("the agent's variables are two: who it is, and where the control plane is", () => {
  expect(Object.keys(env)).toEqual(['APPMESH_RESOURCE_ARN', 'APPMESH_XDS_ENDPOINT']);
});

test('the rules that ECS writes are those of proxyinit by default, for the port of the app', async () => {
  const asEcs = await rules({
    APPMESH_IGNORE_UID: properties['IgnoredUID'],
    APPMESH_ENVOY_INGRESS_PORT: properties['ProxyIngressPort'],
    APPMESH_ENVOY_EGRESS_PORT: properties['ProxyEgressPort'],
    APPMESH_APP_PORTS: properties['AppPorts'],
    APPMESH_EGRESS_IGNORED_IP: properties['EgressIgnoredIPs'],
    APPMESH_EGRESS_IGNORED_PORTS: properties['EgressIgnoredPorts'],
  });
  const ports = app?.portMappings?.map(({ containerPort }) => `${containerPort}`).join();
  expect(asEcs).toEqual(await rules({ APPMESH_APP_PORTS: ports }));
  expect(asEcs).toContainEqual(expect.stringContaining('--dports 9080'));
  expect(task).toMatchObject({ networkMode: 'awsvpc', proxyConfiguration: { type: 'APPMESH' } });
});

/** The rules that proxyinit would write, sorted: exempt addresses may be named in any order. */
async function rules(variables: Readonly<Record<string, string | undefined>>): Promise<readonly string[]> {
  const { stdout } = await execa(process.execPath, [COMMAND, 'proxyinit', '--dry-run'], {
    env: variables,
    extendEnv: false,
  });
  return stdout.split('\n').toSorted();
}

test('the app waits for an Envoy that is LIVE', () => {
  expect(app?.dependsOn).toEqual([{ containerName: proxy?.name, condition: 'HEALTHY' }]);
});
