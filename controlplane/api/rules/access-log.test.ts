import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from './access-log-commands.ts';
import { accessLogFormat } from './access-log.ts';

const ACCEPTED = [
  '',
  'plain text\n',
  '%%',
  '100%%',
  '%PROTOCOL%%RESPONSE_CODE%',
  '%START_TIME(%Y/%m/%dT%H:%M:%S%z %s)%',
  '%REQ(X-ENVOY-ORIGINAL-PATH?:PATH):10%',
  '%GRPC_STATUS(SNAKE_STRING)%',
  '%FILTER_STATE(a.b:PLAIN)%',
  '%DYNAMIC_METADATA(a:b):5%',
  '%PATH(NQ)%',
  '%COMMON_DURATION(DS_RX_BEG:DS_RX_END:ms)%',
  '%RESPONSE_CODE_DETAILS%',
];
const REFUSED = [
  '100%',
  '%NOPE%',
  '%req(a)%',
  '%REQ(a)',
  '%REQ%',
  '%REQ()%',
  '%REQ(A B)%',
  '%REQ(a?b?c)%',
  '%REQ(a):x%',
  '%PROTOCOL(a)%',
  '%RESPONSE_CODE:5%',
  '%START_TIME(a\nb)%',
  '%GRPC_STATUS(X)%',
  '%FILTER_STATE(a:NOPE)%',
  '%%%',
];

it.each(ACCEPTED)('%j is accepted', (format) => {
  expect(accessLogFormat(format, 'text')).toEqual([]);
});

it.each(REFUSED)('%j is refused', (format) => {
  expect(accessLogFormat(format, 'text')).toHaveLength(1);
});

// The same questions to a real Envoy, where there is one.
const envoy = process.env['DAYBREAK_ENVOY'];

describe.skipIf(envoy === undefined)('a real Envoy agrees', () => {
  it('on what is accepted, every command included', { timeout: 60_000 }, () => {
    const forms = { plain: '', optional: '(%Y)', header: '(a)', required: '(a)', unlimited: '(a)' };
    const commands = [...COMMANDS].map(([name, form]) => `%${name}${forms[form]}%`);
    expect(validate([...ACCEPTED, ...commands].join(' '))).toBe(true);
  });

  it.each(REFUSED)('on %j', { timeout: 60_000 }, (format) => {
    expect(validate(format)).toBe(false);
  });
});

function validate(format: string): boolean {
  const log = { path: '/dev/null', log_format: { text_format_source: { inline_string: format } } };
  const any = (type: string, value: object) => ({ '@type': `type.googleapis.com/envoy.${type}`, ...value });
  const hcm = any('extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', {
    stat_prefix: 'x',
    route_config: { name: 'r' },
    http_filters: [{ name: 'router', typed_config: any('extensions.filters.http.router.v3.Router', {}) }],
    access_log: [{ name: 'file', typed_config: any('extensions.access_loggers.file.v3.FileAccessLog', log) }],
  });
  const listener = {
    name: 'l',
    address: { socket_address: { address: '127.0.0.1', port_value: 1 } },
    filter_chains: [{ filters: [{ name: 'hcm', typed_config: hcm }] }],
  };
  const config = JSON.stringify({ static_resources: { listeners: [listener] } });
  try {
    execFileSync(envoy ?? '', ['--mode', 'validate', '--config-yaml', config], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
