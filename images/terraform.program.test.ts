import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, describe, expect, test } from 'vitest';
import { runRender } from '../cli/ecs/testing/run-render.ts';
import { whyNoTerraform } from '../test/operations/terraform/terraform.ts';
import { ANSWERS, SECRET } from './testing/ecs-answers.ts';
import { balancedByPlan, balancedByTemplate } from './testing/load-balancer.ts';

// The Terraform modules have the same task definitions and roles as the CloudFormation templates: `terraform plan`, which calls no AWS.

const why = whyNoTerraform();
if (why !== undefined) process.stderr.write(`Terraform modules are left out: ${why}\n`);

const ECS = join(import.meta.dirname, 'ecs');
const LIMIT_MS = 600_000;

const COMMON = { log_group: 'apps', account: '111122223333' };
const TASK = {
  ...COMMON,
  family: 'app',
  resource: 'mesh/apps/virtualNode/serviceB',
  app_image: 'app',
  envoy_image: 'registry/daybreak-envoy:1',
  proxyinit_image: 'registry/daybreak-proxy-route-manager:1',
  xds_endpoint: 'daybreak.internal:18443',
  xds_token_secret: `${SECRET}:token`,
  xds_ca_secret: `${SECRET}:ca`,
};
const CONTROL_PLANE = {
  ...COMMON,
  vpc: 'vpc-1',
  vpc_cidr: '10.0.0.0/16',
  subnets: ['subnet-1', 'subnet-2'],
  cluster: 'arn:aws:ecs:eu-west-1:111122223333:cluster/c',
  image: 'registry/daybreak-controlplane:1',
  host_name: 'daybreak.internal',
  secrets: Object.fromEntries(
    ['Store', 'Certificate', 'Key', 'Credentials', 'Tokens'].map((name) => [
      name.toLowerCase(),
      `${SECRET}:${name}`,
    ]),
  ),
};

const MODULES = [
  ['task', 'cloudformation/task-proxy-configuration.yaml', { ...TASK, redirect: 'proxy_configuration' }],
  ['task', 'cloudformation/task-ec2-proxyinit.yaml', { ...TASK, redirect: 'proxyinit' }],
  ['task', 'cloudformation/task-fargate-loopback.yaml', { ...TASK, redirect: 'loopback' }],
  ['controlplane', 'cloudformation/controlplane.yaml', CONTROL_PLANE],
] as const;

type Planned = { readonly type: string; readonly values: Readonly<Record<string, unknown>> };

const folders: string[] = [];
afterAll(() => folders.forEach((each) => rmSync(each, { recursive: true })));

/** Returns the resources that `terraform plan` would make of a module, and the whole output of `terraform show -json`. */
async function planned(
  module: string,
  variables: object,
): Promise<{ readonly resources: readonly Planned[]; readonly shown: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'daybreak-modules-'));
  folders.push(folder);
  cpSync(join(ECS, 'terraform'), folder, { recursive: true });
  const place = join(folder, module);
  const mirror = JSON.stringify(process.env['TF_PLUGIN_DIR']);
  const settings = join(folder, 'settings.tfrc');
  writeFileSync(settings, `provider_installation {\n  filesystem_mirror {\n    path = ${mirror}\n  }\n}\n`);
  writeFileSync(join(place, 'provider.tf.json'), JSON.stringify({ provider: { aws: PROVIDER } }));
  writeFileSync(join(place, 'terraform.tfvars.json'), JSON.stringify(variables));
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    TF_CLI_CONFIG_FILE: settings,
    TF_IN_AUTOMATION: '1',
    CHECKPOINT_DISABLE: '1',
  };
  const run = (...args: readonly string[]) =>
    execa('terraform', args, { cwd: place, extendEnv: false, env, timeout: LIMIT_MS, stdin: 'ignore' });
  await run('fmt', '-check', '-recursive', '..');
  await run('init', '-input=false');
  await run('plan', '-input=false', '-out', 'plan');
  const { stdout } = await run('show', '-json', 'plan');
  const { planned_values } = JSON.parse(stdout) as {
    readonly planned_values: { readonly root_module: { readonly resources: readonly Planned[] } };
  };
  return { resources: planned_values.root_module.resources, shown: stdout };
}

const PROVIDER = {
  region: 'eu-west-1',
  access_key: 'test',
  secret_key: 'test',
  skip_credentials_validation: true,
  skip_metadata_api_check: true,
  skip_requesting_account_id: true,
};

type Named = { readonly name: string };
type Container = Named & { readonly environment?: readonly Named[]; readonly secrets?: readonly Named[] };

const byName = <T extends Named>(all: readonly T[] = []): readonly T[] =>
  all.toSorted((one, other) => (one.name < other.name ? -1 : 1));

/** Sorts variables and secrets by name, as the provider does, and leaves out empty lists, which it adds. */
function sorted(container: Container): object {
  const all = {
    ...container,
    environment: byName(container.environment),
    secrets: byName(container.secrets),
  };
  return Object.fromEntries(
    Object.entries(all).filter(([, value]) => !Array.isArray(value) || value.length > 0),
  );
}

type Definition = Readonly<Record<string, unknown>> & {
  readonly containerDefinitions: readonly Container[];
  readonly proxyConfiguration?: {
    readonly properties: readonly { readonly name: string; readonly value: string }[];
  };
};

/** Returns the task definition of a CloudFormation template. */
async function ofCloudFormation(template: string): Promise<Definition> {
  const options = { ...ANSWERS, output: 'json', resource: 'Task' } as const;
  const { stdout } = await runRender({ path: join(ECS, template) }, options);
  const { taskDefinitions } = JSON.parse(stdout) as {
    readonly taskDefinitions: readonly { readonly taskDefinition: Definition }[];
  };
  const [found] = taskDefinitions;
  if (found === undefined) throw new Error(`${template} has no task definition`);
  return found.taskDefinition;
}

describe.skipIf(why !== undefined)(`Terraform${why === undefined ? '' : ` is left out: ${why}`}`, () => {
  test.each(MODULES)(
    '%s: the task definition of %s',
    { timeout: LIMIT_MS },
    async (module, template, variables) => {
      const { resources, shown } = await planned(module, variables);
      const task = resources.find(({ type }) => type === 'aws_ecs_task_definition')?.values ?? {};
      const wanted = await ofCloudFormation(template);
      const containers = JSON.parse(task['container_definitions'] as string) as readonly Container[];
      expect(byName(containers).map(sorted)).toEqual(byName(wanted.containerDefinitions).map(sorted));
      expect({
        family: task['family'],
        networkMode: task['network_mode'],
        requiresCompatibilities: task['requires_compatibilities'],
        cpu: task['cpu'] ?? undefined,
        memory: task['memory'] ?? undefined,
      }).toEqual({
        family: wanted['family'],
        networkMode: wanted['networkMode'],
        requiresCompatibilities: wanted['requiresCompatibilities'],
        cpu: wanted['cpu'],
        memory: wanted['memory'],
      });
      const [proxy] = task['proxy_configuration'] as readonly {
        readonly properties: Record<string, string>;
      }[];
      expect(proxy?.properties).toEqual(
        wanted.proxyConfiguration === undefined
          ? undefined
          : Object.fromEntries(wanted.proxyConfiguration.properties.map(({ name, value }) => [name, value])),
      );
      if (module === 'controlplane') expect(balancedByPlan(resources)).toEqual(balancedByTemplate());
      // The plan does not know the ARNs of roles that it makes, and a definition that is not App Mesh's stays as it is.
      const rendered = await runRender({ text: shown }, { ...ANSWERS, output: 'json' });
      const { taskDefinitions } = JSON.parse(rendered.stdout) as {
        readonly taskDefinitions: readonly {
          readonly taskDefinition: Definition;
          readonly problems: readonly object[];
        }[];
      };
      // Terraform sorts them.
      expect(byName(taskDefinitions[0]?.taskDefinition.proxyConfiguration?.properties)).toEqual(
        byName(wanted.proxyConfiguration?.properties),
      );
    },
  );
});
