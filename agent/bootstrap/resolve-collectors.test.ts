import { expect, onTestFinished, test, vi } from 'vitest';
import { createLog } from '../../common/log.ts';
import { readAgentSettings } from '../settings/settings.ts';
import { resolveCollectors } from './resolve-collectors.ts';

const log = createLog('test', 'silent');
const NEEDED = {
  APPMESH_RESOURCE_ARN: 'mesh/apps/virtualNode/b',
  APPMESH_XDS_ENDPOINT: 'http://10.0.0.2:18000',
};
const NAMES = {
  ...NEEDED,
  ENABLE_ENVOY_DOG_STATSD: '1',
  STATSD_ADDRESS: 'statsd.local',
  ENABLE_ENVOY_XRAY_TRACING: '1',
  AWS_XRAY_DAEMON_ADDRESS: 'xray.local:2001',
};

test('names become addresses, IPv4 before IPv6', async () => {
  const ask = async (name: string) => ({
    addresses: name === 'xray.local' ? ['fd00::1'] : ['fd00::2', '10.0.0.2'],
  });
  const { settings, late } = await resolveCollectors(readAgentSettings(NAMES), { ask, log });
  expect(settings).toMatchObject({
    stats: { dogStatsd: { host: '10.0.0.2', port: 8125 } },
    tracing: { kind: 'xray', host: 'fd00::1', port: 2001, segmentName: 'apps/b' },
  });
  expect(late).toEqual([]);
});

test('a name that resolves on the second try is used', async () => {
  let asked = 0;
  const ask = async () => {
    asked += 1;
    if (asked < 3) throw new Error('getaddrinfo ENOTFOUND');
    return { addresses: ['10.0.0.2'] };
  };
  const { late } = await resolveCollectors(readAgentSettings(NAMES), { ask, limitMs: 60_000, log });
  expect(late).toEqual([]);
});

test('a name that does not resolve, or a resolver that does not answer, gives a port of loopback and says so', async () => {
  const ask = async (name: string) => {
    if (name === 'statsd.local') throw new Error('getaddrinfo ENOTFOUND statsd.local');
    return new Promise<never>(() => undefined);
  };
  const { settings, late } = await resolveCollectors(readAgentSettings(NAMES), { ask, limitMs: 300, log });
  onTestFinished(() => late.forEach((each) => each.close()));
  const own = { host: '127.0.0.1', port: expect.any(Number) as unknown };
  expect(settings).toMatchObject({ stats: { dogStatsd: own }, tracing: own });
  expect(late.map((each) => each.problem())).toEqual([
    expect.stringMatching(
      /^STATSD_ADDRESS=statsd\.local: .*; the agent drops what Envoy sends .*\(0 datagrams/,
    ),
    expect.stringMatching(/^AWS_XRAY_DAEMON_ADDRESS=xray\.local: no answer within 0\.\d{1,3} s;/),
  ]);
});

test('a clock that is set back does not prolong the wait', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const ask = async () => {
    vi.setSystemTime(Date.now() - 3_600_000);
    throw new Error('getaddrinfo ENOTFOUND');
  };
  const { late } = await resolveCollectors(readAgentSettings(NAMES), { ask, limitMs: 300, log });
  for (const each of late) each.close();
  expect(late).toHaveLength(2);
});

test('without names, nothing is asked', async () => {
  const ask = async () => Promise.reject(new Error('asked'));
  const given = readAgentSettings({ ...NAMES, STATSD_ADDRESS: '::1', AWS_XRAY_DAEMON_ADDRESS: '10.0.0.9' });
  expect(await resolveCollectors(given, { ask, log })).toEqual({ settings: given, late: [] });
});
