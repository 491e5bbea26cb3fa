import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { botocoreComplaints } from '../cli/ecs/testing/botocore.ts';
import { runRender } from '../cli/ecs/testing/run-render.ts';
import { ANSWERS } from './testing/ecs-answers.ts';
import { balancedByTemplate } from './testing/load-balancer.ts';

const ROOT = join(import.meta.dirname, '..');
const FOLDER = join(import.meta.dirname, 'ecs/cloudformation');
const TASKS = readdirSync(FOLDER).filter((name) => name.startsWith('task-'));

describe.each(TASKS)('%s', (name) => {
  test('`daybreak ecs render` finds nothing to change and no problem', async () => {
    const { code, stdout, stderr } = await runRender(
      { path: join(FOLDER, name) },
      { ...ANSWERS, check: true },
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/nothing to change\n$/);
  });

  test("ECS's model accepts the task definition", async () => {
    const { stdout } = await runRender({ path: join(FOLDER, name) }, ANSWERS);
    expect(await botocoreComplaints([JSON.parse(stdout)])).toEqual([]);
  });
});

test("ECS's model refuses a task definition without containers", async () => {
  expect((await botocoreComplaints([{ family: 'f' }])).join()).toContain('containerDefinitions');
});

/** The actions that ECS itself needs to start a task. */
const OF_ECS = [
  'ecr:BatchGetImage',
  'ecr:GetAuthorizationToken',
  'ecr:GetDownloadUrlForLayer',
  'logs:CreateLogStream',
  'logs:PutLogEvents',
  'secretsmanager:GetSecretValue',
  'sts:AssumeRole',
];

/** The IAM prefix of an API, by the package of its client in the SDK. */
const PREFIXES: Readonly<Record<string, string>> = {
  '@aws-sdk/client-acm': 'acm',
  '@aws-sdk/client-kms': 'kms',
  '@aws-sdk/client-servicediscovery': 'servicediscovery',
};

/** Whether a file belongs to the authority, whose rights only a control plane with `--trust-domain` needs. */
const isOfIdentity = (file: string): boolean => file.startsWith('identity/');

/** Returns the actions that the control plane's code calls: commands of the SDK, and targets of calls that it makes itself. */
function called(isOne: (file: string) => boolean): readonly string[] {
  const files = readdirSync(join(ROOT, 'controlplane'), { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !/\.test\.ts$|testing\//.test(file) && isOne(file),
  );
  return files.flatMap((file) => {
    const text = readFileSync(join(ROOT, 'controlplane', file), 'utf8');
    const client = /'(@aws-sdk\/client-[a-z-]+)'/.exec(text)?.[1] ?? '';
    const prefix = PREFIXES[client] ?? `unknown client ${client}`;
    const commands = Array.from(
      text.matchAll(/new (?:sdk\.)?([A-Z]\w+)Command\(/g),
      ([, name]) => `${prefix}:${name}`,
    );
    const targets = Array.from(text.matchAll(/'ACMPrivateCA\.(\w+)'/g), ([, name]) => `acm-pca:${name}`);
    return [...commands, ...targets];
  });
}

/** Returns the actions in the policies of a template. */
function allowed(name: string): readonly string[] {
  const text = readFileSync(join(FOLDER, name), 'utf8');
  const lists = Array.from(
    text.matchAll(/Action: (?:\[(.*?)\]|([\w:-]+))/g),
    ([, list, one]) => list ?? one ?? '',
  );
  return lists.flatMap((list) => list.split(',').map((each) => each.trim()));
}

test('the role of the control plane allows exactly the actions that its code calls', () => {
  const own = allowed('controlplane.yaml').filter((action) => !OF_ECS.includes(action));
  expect([...new Set(own)].toSorted()).toEqual(
    [...new Set(called((file) => !isOfIdentity(file)))].toSorted(),
  );
});

test('the policy of docs/identity.md allows exactly the actions that the code of the authority calls', () => {
  const page = readFileSync(join(ROOT, 'docs/identity.md'), 'utf8');
  const [, json = '{}'] = /^```json\n(\{\n {2}"Version".*?)^```$/ms.exec(page) ?? [];
  const { Statement } = JSON.parse(json) as { readonly Statement: readonly { readonly Action: string[] }[] };
  const actions = Statement.flatMap(({ Action }) => Action);
  expect(actions.toSorted()).toEqual([...new Set(called(isOfIdentity))].toSorted());
});

test.each(TASKS)('%s allows only what ECS needs to start the task', (name) => {
  expect([...new Set(allowed(name))].toSorted()).toEqual(OF_ECS);
});

test('two tasks of the control plane are behind an internal load balancer that sends PROXY protocol to both ports', () => {
  expect(balancedByTemplate()).toEqual({
    tasks: 2,
    internal: true,
    targets: [
      { port: 8443, proxyProtocol: true, check: 'HTTPS 8443/readyz' },
      { port: 18_443, proxyProtocol: true, check: 'HTTPS 8443/readyz?for=ads' },
    ],
  });
});
