import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runRender } from '../testing/run-render.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-ecs-'));
});
afterEach(() => rm(folder, { recursive: true }));

const write = async (name: string, text: string): Promise<string> => {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  return path;
};

const taskOf = (containers: string): string => `
resource "aws_ecs_task_definition" "app" {
  count                    = 1
  family                   = "app-\${local.env}"
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  cpu                      = 256
  memory                   = "512"
  container_definitions    = ${containers}
  proxy_configuration {
    type           = "APPMESH"
    container_name = "envoy"
    properties = {
      AppPorts         = "8080"
      EgressIgnoredIPs = "169.254.170.2,169.254.169.254"
      IgnoredUID       = "1337"
      ProxyEgressPort  = 15001
      ProxyIngressPort = 15000
    }
  }
  depends_on = [aws_iam_role.task]
}
`;
const ENCODED = taskOf(`jsonencode([
    { name = "app", image = "app:1", environment = [for k, v in { A = "<b>" } : { name = k, value = v }] },
    {
      name        = "envoy"
      image       = "840364872350.dkr.ecr.us-west-2.amazonaws.com/aws-appmesh-envoy:v1.29.12.1-prod"
      environment = [{ name = "APPMESH_RESOURCE_ARN", value = var.arn }]
    }
  ])`);
const HEREDOC = taskOf(`<<JSON
[
  { "name": "app", "image": "app:1", "environment": [{ "name": "A", "value": "<b>" }] },
  {
    "name": "envoy",
    "image": "840364872350.dkr.ecr.us-west-2.amazonaws.com/aws-appmesh-envoy:v1.29.12.1-prod",
    "environment": [{ "name": "APPMESH_RESOURCE_ARN", "value": "\${var.arn}" }]
  }
]
JSON
`);
const VARIABLES = 'variable "arn" {}\nlocals {\n  env = "prod"\n}\n';
const GIVEN = { image: 'registry.example/agent:1', xdsEndpoint: 'daybreak.example:18000' };
const ANSWER = { parameter: ['arn=mesh/shop/virtualNode/app'] };

describe('a configuration of Terraform, which was no task definition', () => {
  it.each([
    ['jsonencode', ENCODED],
    ['a text', HEREDOC],
  ])('is evaluated, with the other files of its folder: containers by %s', async (_, task) => {
    const file = await write('ecs.tf', task);
    await write('variables.tf', VARIABLES);
    const { code, stdout } = await runRender({ path: file }, { ...GIVEN, ...ANSWER });
    expect(code).toBe(0);
    const rendered = JSON.parse(stdout) as object;
    expect(rendered).toMatchObject({
      family: 'app-prod',
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
      containerDefinitions: [
        { name: 'app', image: 'app:1', environment: [{ name: 'A', value: '<b>' }] },
        {
          name: 'envoy',
          image: GIVEN.image,
          environment: [
            { name: 'APPMESH_RESOURCE_ARN', value: 'mesh/shop/virtualNode/app' },
            { name: 'APPMESH_XDS_ENDPOINT', value: GIVEN.xdsEndpoint },
          ],
        },
      ],
      proxyConfiguration: { type: 'APPMESH', containerName: 'envoy' },
    });
    expect(Object.keys(rendered)).not.toEqual(expect.arrayContaining(['dependsOn']));
    expect(Object.keys(rendered)).not.toEqual(expect.arrayContaining(['count']));
  });

  it('asks for the values that the files do not give, and for nothing else', async () => {
    const file = await write('ecs.tf', ENCODED);
    await write('variables.tf', VARIABLES);
    const { code, stderr } = await runRender({ path: file }, GIVEN);
    expect(code).toBe(2);
    expect(stderr).toContain('  --parameter arn=VALUE  (variable arn has no value)\n');
    expect(stderr).not.toContain('error:');
  });

  it('has the definitions of the modules that it calls', async () => {
    await write('modules/task/main.tf', ENCODED);
    await write('modules/task/variables.tf', VARIABLES);
    const call = 'module "web" {\n  source = "../modules/task"\n  arn = "mesh/shop/virtualNode/web"\n}\n';
    const file = await write('live/main.tf', call);
    const { code, stdout, stderr } = await runRender({ path: file }, GIVEN);
    expect(code).toBe(0);
    expect(stderr).toContain('module.web.aws_ecs_task_definition.app[0]');
    expect(stdout).toContain('mesh/shop/virtualNode/web');
  });

  it('says of containers in a function that it does not evaluate what to give instead', async () => {
    const file = await write('ecs.tf', taskOf('templatefile("app.json", {})') + VARIABLES);
    const { code, stderr } = await runRender({ path: file }, GIVEN);
    expect(code).toBe(2);
    expect(stderr).toContain('terraform show -json');
  });
});
