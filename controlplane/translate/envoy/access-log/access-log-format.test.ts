import { describe, expect, it } from 'vitest';
import { validate } from '../../testing/real-envoy.ts';
import { httpListener, logLine } from '../../testing/configs.ts';
import { COMMAND_EXAMPLES } from './access-log-commands.ts';
import { formatProblem } from './access-log-format.ts';

/** Formats that every supported Envoy accepts. */
const ALL = [
  '',
  'plain text\n',
  '\t\u0001',
  '%%',
  '100%%',
  '%PROTOCOL%%RESPONSE_CODE%',
  '%START_TIME(%Y/%m/%dT%H:%M:%S%z %s)%',
  '%START_TIME(a\tb)%',
  '%REQ(X-ENVOY-ORIGINAL-PATH?:PATH):10%',
  '%REQ(?a)%',
  '%GRPC_STATUS(SNAKE_STRING)%',
  '%FILTER_STATE(a.b:PLAIN)%',
  '%DYNAMIC_METADATA(a:b):5%',
  '%METADATA(ROUTE:a)%',
  '%COMMON_DURATION(DS_RX_BEG:DS_RX_END:ms)%',
  '%RESPONSE_CODE_DETAILS%',
  '%UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%',
];

/** Formats that 1.40 accepts, but not every supported Envoy. */
const SOME = [
  '%PATH(NQ)%',
  '%QUERY_PARAMS(ORIG)%',
  '%METADATA(VIRTUAL_HOST:a):5%',
  '%FILTER_STATE(a:FIELD:b)%',
  '%COMMON_DURATION(a:b)%',
  '%UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(24)%',
  '%LISTENER_NAME%',
];

/** Formats that no Envoy accepts. */
const NONE = [
  '100%',
  '%NOPE%',
  '%req(a)%',
  '%REQ(a)',
  '%REQ%',
  '%REQ()%',
  '%REQ(:)%',
  '%REQ(A B)%',
  '%REQ(a:b)%',
  '%REQ(a?b?c)%',
  '%REQ(a):x%',
  '%REQ(a):9999999999999999999999%',
  '%PROTOCOL(a)%',
  '%RESPONSE_CODE:5%',
  '%START_TIME(a\nb)%',
  '%DYNAMIC_METADATA(a\nb)%',
  '%METADATA(NOPE:a)%',
  '%GRPC_STATUS(X)%',
  '%FILTER_STATE(a:NOPE)%',
  '%%%',
];

it.each(ALL)('%j is accepted by all Envoys', (format) => {
  expect(formatProblem(format, 'all')).toBeUndefined();
  expect(formatProblem(format, 'some')).toBeUndefined();
});

it.each(SOME)('%j is accepted by some Envoys', (format) => {
  expect(formatProblem(format, 'all')).toContain('not every Envoy knows the command');
  expect(formatProblem(format, 'some')).toBeUndefined();
});

it.each(NONE)('%j is accepted by no Envoy', (format) => {
  expect(formatProblem(format, 'some')).toBeDefined();
});

// The same checks against the real Envoys, if both are installed.
const envoys = ['DAYBREAK_ENVOY', 'DAYBREAK_ENVOY_OLDEST'].flatMap((name) => process.env[name] ?? []);

describe.skipIf(envoys.length < 2)('the real Envoys agree', () => {
  const [newest = '', oldest = ''] = envoys;

  it('on each accepted format, with every command', async () => {
    const all = COMMAND_EXAMPLES.filter((format) => formatProblem(format, 'all') === undefined);
    expect(await judged(oldest, [...ALL, ...all].join(' '))).toBe('');
    expect(await judged(newest, [...ALL, ...SOME, ...COMMAND_EXAMPLES].join(' '))).toBe('');
  });

  it.each(NONE)('on %j', async (format) => {
    expect(await judged(newest, format)).not.toBe('');
    expect(await judged(oldest, format)).not.toBe('');
  });
});

function judged(envoy: string, format: string): Promise<string> {
  return validate(envoy, JSON.stringify({ static_resources: httpListener({ log: logLine(format) }) }));
}
