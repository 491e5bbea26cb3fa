import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { regex } from './regex.ts';

// Expressions, and whether Envoy 1.40 takes them.
const CASES: readonly [expression: string, accepted: boolean][] = [
  ['/a/[0-9]+', true],
  ['.*', true],
  ['(?P<name>a)', true],
  ['é{100}', true],
  ['a{990}', true],
  ['.{490}', true],
  ['[acegikmoqsuwy0-9]{50}', true],
  ['a{1001}', false],
  ['.{999}', false],
  ['[acegikmoqsuwy0-9]{80}', false],
  ['\\pL{150}', false],
  ['((a{1,30}){1,30})', false],
  ['(?=a)', false],
  ['(a)\\1', false],
  ['(', false],
  ['[z-a]', false],
  ['a**', false],
];

it.each(CASES)('%j: %j', (expression, accepted) => {
  expect(regex(expression, 'regex').length === 0).toBe(accepted);
});

// The same questions to a real Envoy, where there is one.
const envoy = process.env['DAYBREAK_ENVOY'];

describe.skipIf(envoy === undefined)('a real Envoy agrees', () => {
  it.each(CASES)('on %j: %j', { timeout: 60_000 }, (expression, accepted) => {
    expect(validate(expression)).toBe(accepted);
  });
});

function validate(expression: string): boolean {
  const any = (type: string, value: object) => ({
    '@type': `type.googleapis.com/envoy.extensions.filters.${type}`,
    ...value,
  });
  const route = { match: { safe_regex: { regex: expression } }, direct_response: { status: 200 } };
  const hcm = any('network.http_connection_manager.v3.HttpConnectionManager', {
    stat_prefix: 'x',
    route_config: { name: 'r', virtual_hosts: [{ name: 'v', domains: ['*'], routes: [route] }] },
    http_filters: [{ name: 'router', typed_config: any('http.router.v3.Router', {}) }],
  });
  const address = { socket_address: { address: '127.0.0.1', port_value: 1 } };
  const listener = { name: 'l', address, filter_chains: [{ filters: [{ name: 'hcm', typed_config: hcm }] }] };
  const runtime = { 're2.max_program_size.error_level': 1000 };
  const config = JSON.stringify({
    layered_runtime: { layers: [{ name: 'static', static_layer: runtime }] },
    static_resources: { listeners: [listener] },
  });
  try {
    execFileSync(envoy ?? '', ['--mode', 'validate', '--config-yaml', config], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
