import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EcsRenderOptions } from './command.ts';
import type { RenderOptions } from './options.ts';
import { render } from './render.ts';
import { registerInput, type TaskDefinition } from './task-definition.ts';
import { NO_FLAGS, runRender } from './testing/run-render.ts';

const TESTDATA = join(import.meta.dirname, 'testdata');

describe('task definitions', () => {
  it.each(readdirSync(TESTDATA))('%s', async (name) => {
    const folder = join(TESTDATA, name);
    const input = readdirSync(folder).find((each) => each.startsWith('input.')) ?? '';
    const options = JSON.parse(
      readFileSync(join(folder, 'options.json'), 'utf8'),
    ) as Partial<EcsRenderOptions>;
    const text = readFileSync(join(folder, input), 'utf8');
    const { code, stdout, stderr } = await runRender({ text }, options);
    const all = `exit code ${code}\n\nstdout:\n${stdout}\nstderr:\n${stderr}`;
    await expect(all).toMatchFileSnapshot(join(folder, 'expected.txt'));
  });
});

const ANSWERS: RenderOptions = {
  image: 'registry.example/daybreak-envoy:1',
  proxyinitImage: 'registry.example/proxyinit:1',
  xdsEndpoint: 'daybreak.internal:18443',
  xdsTokenSecret: 'arn:token',
  xdsCaSecret: undefined,
  xdsCertSecret: undefined,
  xdsKeySecret: undefined,
  telemetry: 'keep',
  otlpEndpoint: undefined,
};

const pair = (names: readonly string[], values: readonly string[]) =>
  fc.record({ name: fc.constantFrom(...names), value: fc.constantFrom(...values) });

const container = fc.record(
  {
    name: fc.constantFrom('envoy', 'app', 'xray'),
    image: fc.constantFrom('aws-appmesh-envoy:v1', 'aws-appmesh-proxy-route-manager:v7', 'other'),
    user: fc.constantFrom('0', '1337', '1337:1337', 'envoy'),
    stopTimeout: fc.integer({ min: 0, max: 200 }),
    environment: fc.array(
      pair(
        ['APPMESH_RESOURCE_ARN', 'APPMESH_XDS_ENDPOINT', 'LISTENER_DRAIN_WAIT_TIME_S', 'DAYBREAK_XDS_TOKEN'],
        ['', '7', '50', 'mesh/m/virtualNode/n', 'appmesh-envoy-management.eu-west-1.amazonaws.com:443'],
      ),
    ),
    secrets: fc.array(
      fc.record({ name: fc.constantFrom('DAYBREAK_XDS_TOKEN', 'X'), valueFrom: fc.string() }),
    ),
    healthCheck: fc.record({ command: fc.constantFrom(['CMD', 'x'], ['curl /server_info | grep -q live']) }),
    portMappings: fc.array(fc.record({ containerPort: fc.constantFrom(80, 8080) })),
  },
  { requiredKeys: ['name'] },
);

const definition = fc.record(
  {
    family: fc.constant('f'),
    revision: fc.integer(),
    networkMode: fc.constantFrom('awsvpc', 'bridge'),
    requiresCompatibilities: fc.constantFrom(['FARGATE'], ['EC2']),
    containerDefinitions: fc.array(container, { maxLength: 3 }),
    proxyConfiguration: fc.record({
      containerName: fc.constantFrom('envoy', 'none'),
      properties: fc.array(pair(['IgnoredUID', 'AppPorts', 'ProxyEgressPort'], ['1337', '8080', '1-2'])),
    }),
  },
  { requiredKeys: ['family', 'containerDefinitions'] },
);

describe('a rendered task definition', () => {
  it('does not change when it is rendered again, with the same flags or with none', () => {
    fc.assert(
      fc.property(definition, (given) => {
        const first = render(given, ANSWERS);
        for (const options of [ANSWERS, NO_FLAGS]) {
          const second = render(first.taskDefinition, options);
          expect(second).toEqual({ ...first, changes: [] });
        }
      }),
    );
  });

  it('differs from the given one exactly by the noted changes', () => {
    fc.assert(
      fc.property(definition, (described) => {
        const given = registerInput(described);
        const { taskDefinition, changes } = render(given, ANSWERS);
        expect(changes.length === 0).toBe(JSON.stringify(taskDefinition) === JSON.stringify(given));
      }),
    );
  });

  it('has every container that the given one has', () => {
    fc.assert(
      fc.property(definition, (given) => {
        const names = (value: typeof given) => value.containerDefinitions.map(({ name }) => name);
        expect(names(render(given, ANSWERS).taskDefinition as typeof given)).toEqual(names(given));
      }),
    );
  });
});

const SMALL = {
  family: 'small',
  networkMode: 'awsvpc',
  containerDefinitions: [
    {
      name: 'envoy',
      image: 'aws-appmesh-envoy',
      environment: [{ name: 'APPMESH_RESOURCE_ARN', value: 'mesh/m/virtualGateway/g' }],
    },
  ],
};
const small = (members: object) => ({ text: JSON.stringify({ ...SMALL, ...members }) });
const FLAGS = { image: 'registry.example/envoy:1', xdsEndpoint: 'http://h:18000' };

describe('the command', () => {
  it('ends --check with 3 while something is left to change, then with 0', async () => {
    expect(await runRender(small({}), { ...FLAGS, check: true })).toMatchObject({ code: 3, stderr: '' });
    const { stdout } = await runRender(small({}), FLAGS);
    for (const flags of [FLAGS, {}]) {
      const again = await runRender({ text: stdout }, { ...flags, check: true });
      expect(again).toEqual({ code: 0, stdout: '(stdin):1 small\n  nothing to change\n', stderr: '' });
    }
  });

  it.each([
    ['neither template nor definition', '{"a": 1}', '(stdin):1: not a task definition: it has to be'],
    [
      'only the containers, as in the file of a Terraform configuration',
      '[{"name": "envoy", "image": "aws-appmesh-envoy"}]',
      'the file has only container definitions: write {"family": NAME, "containerDefinitions": [...]}',
    ],
    ['a syntax error', '{"family": ', '(stdin):1: column'],
    [
      'no Envoy',
      '{"family":"f","containerDefinitions":[{"name":"a"}]}',
      'containerDefinitions: no Envoy container',
    ],
    [
      'several Envoys',
      '{"containerDefinitions":[{"name":"a","image":"aws-appmesh-envoy"},{"name":"b","image":"aws-appmesh-envoy"}]}',
      'several containers look like Envoy: "a", "b"',
    ],
    [
      'the name of a container that is not there',
      '{"proxyConfiguration":{"containerName":"e"},"containerDefinitions":[{"name":"a"}]}',
      'proxyConfiguration.containerName: "e" is not a container of this task; it has "a"',
    ],
  ])('refuses %s', async (_, text, message) => {
    const { code, stdout, stderr } = await runRender({ text }, FLAGS);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
  });

  it('names the task definitions of a template if the wanted one is not among them', async () => {
    const path = join(TESTDATA, 'template/input.yaml');
    const { code, stderr } = await runRender({ path }, { ...FLAGS, resource: 'Blue' });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `--resource "Blue": ${path} has the task definitions Batch, White, Gateway\n`,
    });
  });

  it.each([
    ['1337:1337', 'nothing to change'],
    ['root', 'nothing to change'],
    ['1000', 'error: proxyConfiguration.properties[0].value: IgnoredUID is "1337", and Envoy runs as "1000"'],
    ['envoy', 'warning: containerDefinitions[0].user: is the name "envoy"'],
  ])('compares the user %s with the IgnoredUID', async (user, line) => {
    const properties = [{ name: 'IgnoredUID', value: '1337' }];
    const proxyConfiguration = { containerName: 'envoy', properties };
    const { taskDefinition } = render({ ...SMALL, proxyConfiguration }, { ...NO_FLAGS, ...FLAGS });
    const [envoy] = taskDefinition['containerDefinitions'] as readonly object[];
    const text = JSON.stringify({ ...taskDefinition, containerDefinitions: [{ ...envoy, user }] });
    expect((await runRender({ text }, { check: true })).stdout).toContain(line);
  });

  it('needs a role where there are secrets', async () => {
    const { code, stderr } = await runRender(small({}), {
      ...FLAGS,
      xdsEndpoint: 'h:18443',
      xdsTokenSecret: 'arn:token',
    });
    expect(code).toBe(1);
    expect(stderr).toContain('error: executionRoleArn: is not set');
  });
});

/** A task of App Mesh with one change, and the problem that it makes. */
const proxied = (
  changes: Readonly<Record<string, unknown>>,
  app: object = {},
  envoy: object = {},
): TaskDefinition => ({
  networkMode: 'awsvpc',
  memory: '1024',
  proxyConfiguration: {
    containerName: 'envoy',
    properties: [
      { name: 'IgnoredUID', value: '1337' },
      { name: 'ProxyIngressPort', value: '15000' },
      { name: 'ProxyEgressPort', value: '15001' },
      { name: 'AppPorts', value: '8080' },
    ],
  },
  containerDefinitions: [
    { name: 'app', image: 'app', portMappings: [{ containerPort: 8080 }], ...app },
    {
      name: 'envoy',
      image: 'daybreak-envoy',
      user: '1337',
      environment: [{ name: 'APPMESH_RESOURCE_ARN', value: 'mesh/m/virtualNode/n' }],
      ...envoy,
    },
  ],
  ...changes,
});

describe('a task that would not work', () => {
  it.each<[string, TaskDefinition, string, string, string]>([
    ['bridge mode', proxied({ networkMode: 'bridge' }), 'error', 'networkMode', '"bridge"'],
    [
      'Windows',
      proxied({ runtimePlatform: { operatingSystemFamily: 'WINDOWS_SERVER_2022_CORE' } }),
      'error',
      'runtimePlatform.operatingSystemFamily',
      'LINUX',
    ],
    [
      'IgnoredUID unlike user',
      proxied({}, {}, { user: '1338' }),
      'error',
      'proxyConfiguration.properties[0].value',
      '1337',
    ],
    ['an app as 1337', proxied({}, { user: '1337' }), 'error', 'containerDefinitions[0].user', '1337'],
    [
      'a low port without root on Fargate',
      proxied({ requiresCompatibilities: ['FARGATE'] }, {}, { portMappings: [{ containerPort: 443 }] }),
      'warning',
      'containerDefinitions[1].portMappings[0].containerPort',
      '443',
    ],
    [
      "containers that reserve more than the task's memory, once Envoy has enough",
      proxied({ memory: '0.5 GB' }, { memory: 384 }, { memory: 128 }),
      'warning',
      'memory',
      'reserve 576 MiB',
    ],
  ])('%s', (_, given, severity, path, part) => {
    const { problems } = render(given, { ...ANSWERS, xdsTokenSecret: undefined });
    expect(problems.map((each) => [each.severity, each.path])).toEqual([[severity, path]]);
    expect(problems[0]?.message).toContain(part);
  });

  it('a task without any of these has no problem', () => {
    expect(render(proxied({}), { ...ANSWERS, xdsTokenSecret: undefined }).problems).toEqual([]);
  });
});

describe('the variables of the Envoy container', () => {
  it('a variable replaces the secret of the same name, which ECS would refuse beside it', () => {
    const secrets = [{ name: 'OTEL_EXPORTER_OTLP_ENDPOINT', valueFrom: 'arn:collector' }];
    const given = proxied({ executionRoleArn: 'arn:role' }, {}, { secrets });
    const { taskDefinition } = render(given, {
      ...ANSWERS,
      telemetry: 'otlp',
      otlpEndpoint: 'http://collector.internal:4318',
    });
    const [, envoy] = taskDefinition['containerDefinitions'] as readonly {
      readonly environment: unknown;
      readonly secrets: readonly { readonly name: string }[];
    }[];
    expect(envoy?.environment).toContainEqual({
      name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
      value: 'http://collector.internal:4318',
    });
    expect(envoy?.secrets.map(({ name }) => name)).toEqual(['DAYBREAK_XDS_TOKEN']);
  });

  it('an endpoint of OTLP that is a secret is not asked for again', () => {
    const secrets = [{ name: 'OTEL_EXPORTER_OTLP_ENDPOINT', valueFrom: 'arn:collector' }];
    const given = proxied({ executionRoleArn: 'arn:role' }, {}, { secrets });
    expect(render(given, { ...ANSWERS, telemetry: 'otlp' }).wants).toEqual([]);
  });
});
