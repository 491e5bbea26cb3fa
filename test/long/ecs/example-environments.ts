// Takes each environment of App Mesh's Envoy image in a folder, such as a clone of aws/aws-app-mesh-examples, as it is written, with an endpoint added.
// The agent's settings have to accept it, the bootstrap has to have what it asks for, and each Envoy has to accept the bootstrap. With --start (as root),
// the agent then starts the first of these Envoys with each environment in a network namespace, and both have to become healthy.
// `node test/long/ecs/example-environments.ts --folder DIR [--envoy FILE]... [--start]`
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bootstrap } from '../../../agent/bootstrap/bootstrap.ts';
import { nodeIdentity } from '../../../agent/bootstrap/node-identity.ts';
import { validateBootstrap } from '../../../agent/custom-config/validate-bootstrap.ts';
import { readHostFacts } from '../../../agent/host-facts.ts';
import { NOWHERE } from '../../../agent/location/location.ts';
import { readAgentSettings, type AgentSettings } from '../../../agent/settings/settings.ts';
import { withoutEffect } from '../../../agent/settings/unsupported.ts';
import { makeAgentHost } from '../../../agent/testing/agent-host.ts';
import { envoyArgs } from '../../../agent/supervisor/envoy-process/envoy-command.ts';
import { errorText } from '../../../common/error-text.ts';
import { until } from '../../lab/until.ts';
import { environmentsIn, type Environment } from '../examples/environments.ts';

const { values } = parseArgs({
  options: {
    folder: { type: 'string' },
    envoy: { type: 'string', multiple: true },
    start: { type: 'boolean' },
  },
});
const root = values.folder ?? '';
const ENDPOINT = { APPMESH_XDS_ENDPOINT: 'http://10.0.0.2:18000' };
/** Variables of the examples that App Mesh's agent did not read either. */
const OF_OTHERS = /^(?:APPMESH_LOG_LEVEL|CERTIFICATE_NAME|ENV\d)$/;

const scratch = mkdtempSync(join(tmpdir(), 'example-environments-'));
process.exitCode = (await main()) ? 0 : 1;
rmSync(scratch, { recursive: true });

async function main(): Promise<boolean> {
  const [files, bad] = [[] as string[], [] as string[]];
  let count = 0;
  for (const file of filesIn(root)) {
    const text = readFileSync(join(root, file), 'utf8');
    const environments = environmentsIn(text);
    if (environments.length === 0) {
      if (/APPMESH_(?:RESOURCE_ARN|RESOURCE_NAME|VIRTUAL_NODE_NAME)/.test(text))
        bad.push(`${file}: no environment found`);
      continue;
    }
    files.push(file);
    count += environments.length;
    for (const environment of environments) {
      const problems = await problemsOf(environment);
      for (const problem of problems) bad.push(`${file}:${environment.line}: ${problem}`);
    }
    process.stdout.write(`${file}: ${environments.length}\n`);
  }
  for (const line of bad) process.stdout.write(`NOT OK  ${line}\n`);
  process.stdout.write(`${count} environments in ${files.length} files, ${bad.length} problems\n`);
  return bad.length === 0 && count > 0;
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:ya?ml|json|sh|md|template)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length).replace(/^\//, ''))
    .filter((file) => !file.startsWith('.git/'))
    .sort();
}

async function problemsOf({ variables }: Environment): Promise<readonly string[]> {
  const env = { ...variables, ...ENDPOINT };
  const read = new Set<string>();
  const seen = new Proxy<Record<string, string | undefined>>(env, {
    get(target, name) {
      read.add(String(name));
      return target[String(name)];
    },
  });
  let settings: AgentSettings;
  try {
    settings = readAgentSettings(seen);
  } catch (error) {
    return [errorText(error)];
  }
  const known = [...read, ...withoutEffect(env), 'APPMESH_VIRTUAL_NODE_NAME'];
  const unread = Object.keys(env).filter((name) => !known.includes(name) && !OF_OTHERS.test(name));
  const wrong = missing(env, settings);
  // First the start, as Envoy's user: a validation as root would leave files that this user cannot write.
  const started = values.start === true ? await startFailure(variables) : undefined;
  const failures = started === undefined ? [] : [started];
  return [
    ...unread.map((name) => `${name} is not read`),
    ...wrong,
    ...failures,
    ...(await refusals(settings)),
  ];
}

function bootstrapOf(settings: AgentSettings) {
  const node = nodeIdentity(settings, readHostFacts(), NOWHERE, {
    instance: 'an-instance',
    version: '0.0.0',
  });
  const inFolder = (name: string) => join(scratch, name);
  const paths = {
    agent: inFolder('a'),
    admin: inFolder('b'),
    samplingRules: inFolder('sampling-rules.json'),
  };
  return bootstrap(settings, node, paths, 'json');
}

function idOf(env: Readonly<Record<string, string>>): string {
  return (
    env['APPMESH_RESOURCE_ARN'] ?? env['APPMESH_RESOURCE_NAME'] ?? env['APPMESH_VIRTUAL_NODE_NAME'] ?? ''
  );
}

/** A test of the bootstrap for each variable that asks for something. */
function missing(env: Readonly<Record<string, string>>, settings: AgentSettings): readonly string[] {
  const json = bootstrapOf(settings);
  const text = JSON.stringify(json);
  const isOn = (name: string) => /^(?:1|t|true)$/i.test(env[name] ?? '');
  const checks: Readonly<Record<string, boolean>> = {
    'the id': json.node.id === idOf(env),
    ENABLE_ENVOY_XRAY_TRACING: text.includes('envoy.tracers.xray') === isOn('ENABLE_ENVOY_XRAY_TRACING'),
    ENABLE_ENVOY_STATS_TAGS: text.includes('"appmesh.mesh"') === isOn('ENABLE_ENVOY_STATS_TAGS'),
    ENABLE_ENVOY_DOG_STATSD: text.includes('dog_statsd') === isOn('ENABLE_ENVOY_DOG_STATSD'),
    STATSD_PORT:
      env['STATSD_PORT'] === undefined ||
      !isOn('ENABLE_ENVOY_DOG_STATSD') ||
      text.includes(`"portValue":${env['STATSD_PORT']}`),
    APPMESH_METRIC_EXTENSION_VERSION:
      text.includes('"metricExtension":true') === (env['APPMESH_METRIC_EXTENSION_VERSION'] === '1'),
    ENVOY_LOG_LEVEL:
      env['ENVOY_LOG_LEVEL'] === undefined ||
      envoyArgs(settings, [], { kind: 'none' }).includes(env['ENVOY_LOG_LEVEL'].toLowerCase()),
  };
  return Object.entries(checks).flatMap(([name, isRight]) =>
    isRight ? [] : [`${name} is not in the bootstrap`],
  );
}

/** Starts the agent and Envoy with an environment, and stops them once both are healthy. Returns what went wrong. */
async function startFailure(variables: Environment['variables']): Promise<string | undefined> {
  const host = await makeAgentHost(`examples-${process.pid}`, undefined, [], idOf(variables));
  try {
    const agent = await host.start({
      APPMESH_RESOURCE_ARN: undefined,
      ...variables,
      APPMESH_XDS_ENDPOINT: `unix://${join(host.folder, 'control-plane.sock')}`,
      DAYBREAK_ENVOY: values.envoy?.[0],
    });
    const ended = agent.ended.then((code) => Promise.reject(new Error(`the agent ended with ${code}`)));
    const isHealthy = async () => (await agent.status()).healthStatus === 'HEALTHY';
    await Promise.race([until('healthy', isHealthy, { limitMs: 60_000 }), ended]).catch((error: unknown) => {
      throw new Error(`${errorText(error)}: ${agent.output().slice(-500)}`);
    });
    const [run = ''] = host.runFolders();
    const used = JSON.parse(readFileSync(join(host.folder, 'runs', run, 'bootstrap.json'), 'utf8')) as {
      readonly node: { readonly id: string };
    };
    if (used.node.id !== idOf(variables)) return `the bootstrap is of ${used.node.id}`;
    ended.catch(() => undefined);
    agent.kill('SIGTERM');
    const code = await agent.ended;
    return code === 0 ? undefined : `the agent's exit code was ${code}`;
  } catch (error) {
    return errorText(error);
  } finally {
    host.remove();
  }
}

async function refusals(settings: AgentSettings): Promise<readonly string[]> {
  const path = join(scratch, 'bootstrap.json');
  writeFileSync(path, JSON.stringify(bootstrapOf(settings)));
  const refused: string[] = [];
  for (const binary of values.envoy ?? []) {
    const outputPath = join(scratch, 'output');
    const verdict = await validateBootstrap({ binary, args: ['-c', path], env: {}, outputPath });
    if (verdict.kind !== 'accepted') refused.push(`${binary}: ${JSON.stringify(verdict)}`);
  }
  return refused;
}
