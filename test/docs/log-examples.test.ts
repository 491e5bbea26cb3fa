import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { AGENT_CODES, coded } from '../../agent/codes.ts';
import { applicationLogConfig } from '../../agent/bootstrap/bootstrap-log.ts';
import { createAgentLog } from '../../agent/output/agent-log.ts';
import { readAgentSettings } from '../../agent/settings/settings.ts';
import { formOf, sampleLines, type CapturedLine } from '../telemetry/testing/captured.ts';
import { page } from './pages.ts';

const FOLDER = join(import.meta.dirname, '../../docs/examples/logs');
const read = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');

type Container = { readonly name: string; readonly environment?: readonly { name: string; value: string }[] };

/** A line of the agent, and one of Envoy in the form of its bootstrap. */
function lines(): readonly string[] {
  const agentLog = createAgentLog({ DAYBREAK_LOG_FORMAT: 'json' });
  const written: string[] = [];
  agentLog.divert((text) => void written.push(text));
  agentLog.log.error(coded('ENVOY_ENDED', { pid: 7 }), 'Envoy ended with code 1');
  const form = applicationLogConfig('json').applicationLogConfig?.logFormat.jsonFormat;
  return [...written.map((line) => line.trim()), JSON.stringify({ ...form, level: 'error', msg: 'a fault' })];
}

test('docs/telemetry.md names each example', () => {
  const { text } = page('docs/telemetry.md');
  for (const name of readdirSync(FOLDER)) expect(text).toContain(`examples/logs/${name}`);
});

test('the containers have variables that the agent accepts, with the log as JSON', () => {
  const all = [
    JSON.parse(read('awslogs-container.json')),
    ...(JSON.parse(read('firelens-containers.json')) as unknown[]),
  ];
  const agents = (all as Container[]).filter(({ name }) => name === 'envoy');
  expect(agents).toHaveLength(2);
  for (const { environment = [] } of agents) {
    const env = Object.fromEntries(environment.map(({ name, value }) => [name, value]));
    expect(readAgentSettings(env).resource.id).toBe('mesh/shop/virtualNode/teller');
    expect(env['DAYBREAK_LOG_FORMAT']).toBe('json');
  }
});

test('the queries for CloudWatch use fields of the lines', () => {
  const fields = new Set(lines().flatMap((line) => Object.keys(JSON.parse(line) as object)));
  const queries = Object.values(JSON.parse(read('insights-queries.json')) as Record<string, string>);
  for (const query of queries) {
    const used = [...query.matchAll(/\b(?:fields ([\w, ]+)|ispresent\((\w+)\)|by ([\w, ]+)|(\w+) = ')/g)];
    const names = used.flatMap((match) =>
      (match.slice(1).find(Boolean) ?? '').split(',').map((name) => name.trim()),
    );
    expect(names.length).toBeGreaterThan(0);
    for (const name of names.map((each) => each.replace(/ desc$/, ''))) expect([...fields]).toContain(name);
  }
});

// test/systemd-units.net.test.ts and test/long/telemetry/firelens.ts capture such lines, and compare them with these.
test.each([
  ['journald', 'MESSAGE'],
  ['FireLens', 'log'],
])('the captured lines of %s are one of the agent, one of Envoy and one of the access log', (collector, field) => {
  const [ofAgent, ofEnvoy] = lines().map((line) => JSON.parse(line) as CapturedLine);
  const samples = sampleLines(page('docs/telemetry.md'), collector).map(
    ({ [field]: text }) => JSON.parse(String(text)) as CapturedLine,
  );
  expect(samples.map(({ program }) => program)).toEqual(['agent', 'envoy', undefined]);
  expect(Object.keys(samples[0] ?? {})).toEqual(expect.arrayContaining(['level', 'time', 'program', 'msg']));
  expect(ofAgent?.['program']).toBe('agent');
  expect(formOf(samples[1])).toBe(formOf(ofEnvoy));
  expect(Object.keys(samples[2] ?? {})).toEqual(['path', 'status', 'trace']);
});

const hasJq = (() => {
  try {
    execFileSync('jq', ['--version']);
    return true;
  } catch {
    return false;
  }
})();

test.skipIf(!hasJq)('the filters for journald find the lines with a code, and the errors of Envoy', () => {
  const filters = [...read('journald.sh').matchAll(/--raw-input '([^']+)'/g)].map(
    ([, filter = '']) => filter,
  );
  const input = `not JSON\n${lines().join('\n')}\n`;
  const found = filters.map((filter) =>
    execFileSync('jq', ['--raw-input', '--compact-output', filter], { input }).toString(),
  );
  expect(JSON.parse(found[0] ?? '')).toMatchObject({ level: 'error', program: 'agent', code: 'ENVOY_ENDED' });
  expect(Object.keys(AGENT_CODES)).toContain('ENVOY_ENDED');
  expect(JSON.parse(found[1] ?? '')).toMatchObject({ program: 'envoy', msg: 'a fault' });
});
