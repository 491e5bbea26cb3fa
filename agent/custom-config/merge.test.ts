import { expect, test } from 'vitest';
import { mergeConfig, type Config } from './merge.ts';

const ADMIN = { address: { pipe: { path: '/adm.sock' } }, accessLog: [1] };
const NODE = { id: 'n', cluster: 'c', metadata: { daybreak: { version: '1' } } };
const AGENT = { name: 'daybreak_agent', type: 'STATIC' };
const BASE: Config = {
  node: NODE,
  admin: ADMIN,
  dynamicResources: { adsConfig: {} },
  staticResources: { clusters: [AGENT] },
  layeredRuntime: { layers: [1] },
  statsFlushInterval: '5s',
};

const merged = (file: Config, base: Config = BASE) => {
  const result = mergeConfig(base, file);
  if ('problem' in result) throw new Error(result.problem);
  return result;
};
const problem = (file: Config, base: Config = BASE) => {
  const result = mergeConfig(base, file);
  return 'problem' in result ? result.problem : undefined;
};

test('tracing and statsConfig are taken once', () => {
  const tracing = { http: { name: 'x' } };
  expect(merged({ tracing, stats_config: { statsTags: [] } }).bootstrap).toEqual({
    ...BASE,
    tracing,
    statsConfig: { statsTags: [] },
  });
  expect(problem({ tracing }, { ...BASE, tracing })).toMatch(/^tracing: Envoy has one tracer/);
  expect(problem({ stats_config: {} }, { ...BASE, statsConfig: {} })).toMatch(/^statsConfig: .*STATS_CONFIG/);
});

test('statsSinks, and static listeners, clusters and secrets, are appended', () => {
  const first = merged({ stats_sinks: [1], static_resources: { clusters: [{ name: 'a' }], listeners: [2] } });
  const second = merged(
    { statsSinks: [3], staticResources: { clusters: [{ name: 'b' }], secrets: null } },
    first.bootstrap,
  );
  expect(second).toEqual({
    bootstrap: {
      ...BASE,
      statsSinks: [1, 3],
      staticResources: { clusters: [AGENT, { name: 'a' }, { name: 'b' }], listeners: [2], secrets: [] },
    },
    warnings: [],
  });
});

test('any other field replaces that of the bootstrap, with a warning that shows the former value', () => {
  expect(merged({ stats_flush_interval: '9s', overload_manager: { a: 1 } })).toEqual({
    bootstrap: { ...BASE, statsFlushInterval: '9s', overloadManager: { a: 1 } },
    warnings: ['statsFlushInterval: replaces "5s"'],
  });
  expect(merged({ layered_runtime: { layers: [] } }).bootstrap['layeredRuntime']).toEqual({ layers: [] });
});

test('what the agent needs stays, with a warning', () => {
  expect(merged({ admin: { profile_path: '/p', address: { socket_address: {} } } })).toEqual({
    bootstrap: { ...BASE, admin: { profile_path: '/p', address: ADMIN.address } },
    warnings: ['admin.address: ignored, because the agent needs its own'],
  });
  expect(merged({ dynamic_resources: { lds_config: {} } })).toEqual({
    bootstrap: BASE,
    warnings: ['dynamicResources: ignored, because Envoy is configured by the agent'],
  });
  expect(merged({ static_resources: { clusters: [{ name: 'daybreak_agent' }] } })).toEqual({
    bootstrap: BASE,
    warnings: ["staticResources.clusters: daybreak_agent is left out, because it is the agent's own cluster"],
  });
  const node = { id: 'other', locality: { zone: 'z' }, metadata: { daybreak: 0, mine: 1 } };
  expect(merged({ node })).toEqual({
    bootstrap: {
      ...BASE,
      node: { ...NODE, locality: { zone: 'z' }, metadata: { ...NODE.metadata, mine: 1 } },
    },
    warnings: ['node.id: ignored, because the agent needs its own'],
  });
});

test('other static resources are ignored with a warning', () => {
  expect(merged({ static_resources: { endpoints: [] } })).toEqual({
    bootstrap: BASE,
    warnings: ['staticResources.endpoints: ignored; listeners, clusters, secrets are merged'],
  });
});

test.each([
  [{ statsSinks: [], stats_sinks: [] }, 'statsSinks occurs in camelCase and in snake_case'],
  [{ stats_sinks: {} }, 'statsSinks: a list is required'],
  [{ static_resources: [] }, 'staticResources: fields are required'],
  [{ static_resources: { clusters: 1 } }, 'staticResources.clusters: a list is required'],
  [{ admin: 1 }, 'admin: fields are required'],
])('%j: %s', (file, expected) => {
  expect(problem(file)).toBe(expected);
});
