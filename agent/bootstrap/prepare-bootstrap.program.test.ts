import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createAgentLog } from '../output/agent-log.ts';
import { makeRunFolder, type RunFolder } from '../run-folder.ts';
import { NOWHERE } from '../location/location.ts';
import { readAgentSettings } from '../settings/settings.ts';
import { prepareBootstrap } from './prepare-bootstrap.ts';

// Files of the operator, merged and read by a real Envoy with `--mode validate`.

const ENVOYS = ['DAYBREAK_ENVOY', 'DAYBREAK_ENVOY_OLDEST'];
let folder: string;
let runs: RunFolder;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prepare-'));
  runs = makeRunFolder(folder);
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

const TRACING = `
tracing:
  http:
    name: envoy.tracers.zipkin
    typed_config:
      "@type": type.googleapis.com/envoy.config.trace.v3.ZipkinConfig
      collector_cluster: collector
      collector_endpoint: /api/v2/spans
      collector_endpoint_version: HTTP_JSON
static_resources:
  clusters:
    - name: collector
      type: STRICT_DNS
      connect_timeout: 1s
      load_assignment:
        cluster_name: collector
        endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: c.local, port_value: 9411}}}}]}]
`;
const STATS = 'stats_config: {stats_tags: [{tag_name: team, fixed_value: blue}]}';
const SINKS = `
stats_sinks:
  - name: envoy.stat_sinks.statsd
    typed_config:
      "@type": type.googleapis.com/envoy.config.metrics.v3.StatsdSink
      address: {socket_address: {protocol: UDP, address: 127.0.0.1, port_value: 8125}}
`;
const RESOURCES = 'admin: {profile_path: /dev/null}\nstats_flush_interval: 9s\n';

test.each(ENVOYS)('%s accepts a bootstrap with all four files', async (variable) => {
  const prepared = await prepare(variable, {
    ENVOY_TRACING_CFG_FILE: file('t.yaml', TRACING),
    ENVOY_STATS_CONFIG_FILE: file('s.yaml', STATS),
    ENVOY_STATS_SINKS_CFG_FILE: file('k.yaml', SINKS),
    ENVOY_RESOURCES_CONFIG_FILE: file('r.yaml', RESOURCES),
  });
  expect(prepared.origin).toMatchObject({ kind: 'merged', files: { length: 4 } });
  expect(JSON.parse(readFileSync(prepared.args[1] ?? '', 'utf8'))).toMatchObject({
    admin: { profile_path: '/dev/null', address: { pipe: { path: join(runs.path, 'adm.sock') } } },
    tracing: { http: { name: 'envoy.tracers.zipkin' } },
    statsConfig: { stats_tags: [{ tag_name: 'team' }] },
    statsSinks: [{ name: 'envoy.stat_sinks.statsd' }],
    statsFlushInterval: '9s',
    staticResources: { clusters: [{ name: 'daybreak_agent' }, { name: 'collector' }] },
    dynamicResources: { adsConfig: {} },
  });
});

test.each(
  ENVOYS,
)('%s accepts a stats file beside the metric extension, whose metrics have their dimensions from the listeners', async (variable) => {
  const { args } = await prepare(variable, {
    ENVOY_STATS_CONFIG_FILE: file('s.yaml', STATS),
    APPMESH_METRIC_EXTENSION_VERSION: '1',
  });
  expect(JSON.parse(readFileSync(args[1] ?? '', 'utf8'))).toMatchObject({
    statsConfig: { stats_tags: [{ tag_name: 'team', fixed_value: 'blue' }] },
  });
});

test.each(ENVOYS)('what %s refuses is one error with the files and its words', async (variable) => {
  const path = file('r.yaml', 'overload_manager: {bogus: 1}');
  await expect(prepare(variable, { ENVOY_RESOURCES_CONFIG_FILE: path })).rejects.toMatchObject({
    code: 'BOOTSTRAP_REFUSED',
    message: expect.stringMatching(
      new RegExp(`^Envoy refuses the bootstrap with ENVOY_RESOURCES_CONFIG_FILE=${path}: .*bogus`),
    ) as unknown,
  });
});

const OWN =
  'node: {id: mine, cluster: mine}\nadmin: {address: {socket_address: {address: 0.0.0.0, port_value: 9901}}}';

test.each(ENVOYS)('%s accepts a bootstrap of the operator', async (variable) => {
  const path = file('own.yaml', OWN);
  const { args, origin } = await prepare(variable, { ENVOY_CONFIG_FILE: path });
  expect(origin).toEqual({ kind: 'own bootstrap', file: path });
  expect(args.slice(0, 3)).toEqual(['-c', path, '--config-yaml']);
  const bad = file('bad.yaml', `${OWN}\nstatic_resources: {listeners: [{name: x, filter_chains: 1}]}`);
  await expect(prepare(variable, { ENVOY_CONFIG_FILE: bad })).rejects.toThrow(
    /^Envoy refuses the bootstrap with ENVOY_CONFIG_FILE=\/.*filter_?chains/i,
  );
});

test.each([
  ['ENVOY_TRACING_CFG_FILE', '', 'the file is empty'],
  ['ENVOY_STATS_CONFIG_FILE', '# nothing', 'the file is empty'],
  ['ENVOY_STATS_SINKS_CFG_FILE', 'tracing: {}', 'the file has no statsSinks'],
  ['ENVOY_RESOURCES_CONFIG_FILE', 'stats_config: {}', 'ENVOY_STATS_CONFIG_FILE replaces the generated one'],
  ['ENVOY_RESOURCES_CONFIG_FILE', 'a: [', 'line 1'],
  ['XRAY_SAMPLING_RULE_MANIFEST', '{"version":1}', 'Envoy reads version 2'],
])('%s with %j: %s', async (variable, text, words) => {
  const path = file('f.yaml', text);
  const env = { ENABLE_ENVOY_XRAY_TRACING: variable.startsWith('XRAY') ? '1' : '0', [variable]: path };
  const refused = expect.stringContaining(`${variable}=${path} cannot be used (`) as unknown;
  await expect(prepare('', env)).rejects.toMatchObject({ code: 'CONFIG_FILE', message: refused });
  await expect(prepare('', env)).rejects.toThrow(words);
});

test('a file that is refused leaves no port open for a collector whose name does not resolve', async () => {
  const ports = () => process.getActiveResourcesInfo().filter((each) => each.startsWith('UDP')).length;
  const before = ports();
  const env = {
    ENABLE_ENVOY_DOG_STATSD: '1',
    STATSD_ADDRESS: 'statsd.invalid',
    ENVOY_RESOURCES_CONFIG_FILE: file('f.yaml', 'a: ['),
  };
  await expect(prepare('', env)).rejects.toThrow('line 1');
  await expect.poll(ports).toBe(before);
});

test.each([
  'ENVOY_CONFIG_FILE',
  'ENVOY_TRACING_CFG_FILE',
])('%s: a missing file, and a folder', async (variable) => {
  await expect(prepare('', { [variable]: join(folder, 'none') })).rejects.toThrow(
    `${variable}=${join(folder, 'none')} cannot be used (ENOENT`,
  );
  await expect(prepare('', { [variable]: folder })).rejects.toThrow('not a regular file');
});

test('without files, Envoy is not asked, and an empty file of resources changes nothing', async () => {
  expect((await prepare('', {})).origin).toEqual({ kind: 'generated' });
  const text = readFileSync(runs.file('bootstrap.json'), 'utf8');
  const env = { ENVOY_RESOURCES_CONFIG_FILE: file('empty.yaml', '') };
  expect((await prepare('DAYBREAK_ENVOY', env)).origin).toMatchObject({ kind: 'merged' });
  expect(readFileSync(runs.file('bootstrap.json'), 'utf8')).toBe(text);
});

function prepare(variable: string, env: Readonly<Record<string, string>>) {
  const settings = readAgentSettings({
    APPMESH_RESOURCE_ARN: 'mesh/apps/virtualNode/b',
    APPMESH_XDS_ENDPOINT: 'http://10.0.0.2:18000',
    ...env,
  });
  const { log, ...rest } = createAgentLog({}, false);
  log.level = 'silent';
  return prepareBootstrap({
    settings,
    node: { id: 'n', cluster: 'c', metadata: {} },
    facts: { resource: settings.resource, location: NOWHERE, instance: 'i' },
    folder: runs,
    sockets: { agent: runs.file('ads.sock'), admin: runs.file('adm.sock') },
    agentLog: { log, ...rest },
    // A test that names no Envoy must not start one.
    envoy: { binary: process.env[variable] ?? '/nowhere/envoy', env: {} },
    stop: new AbortController().signal,
  });
}
