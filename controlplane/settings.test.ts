import { expect, test } from 'vitest';
import { DEFAULT_QUOTAS } from './api/checks/quotas.ts';
import { compileControlPlaneSettings } from './settings.ts';

test('defaults', () => {
  expect(compileControlPlaneSettings({ '--data': '/var/lib/daybreak' })).toEqual({
    store: { engine: 'sqlite', folder: '/var/lib/daybreak' },
    acceptLoss: false,
    api: { host: '127.0.0.1', port: 8080 },
    console: true,
    apiHosts: [],
    ads: { host: '127.0.0.1', port: 18_000 },
    credentials: undefined,
    tokens: undefined,
    clientCa: undefined,
    proxyQuotas: { proxies: undefined, proxiesPerResource: undefined },
    adsRateLimit: { rate: 1000, burst: 5000 },
    connections: {
      api: { all: 1000, strangers: 1000 },
      ads: { all: 20_000, strangers: 20_000 },
    },
    balancers: { api: [], ads: [] },
    maxConnectionAge: undefined,
    drainSeconds: 5,
    tls: undefined,
    audit: undefined,
    quotas: DEFAULT_QUOTAS,
    rateLimit: undefined,
    account: '000000000000',
    region: 'us-east-1',
    discovery: {
      region: 'us-east-1',
      cloudMapInterval: 5000,
      cloudMapCache: '/var/lib/daybreak/cloud-map.json',
      certificates: undefined,
      endpoints: { cloudMap: undefined, acm: undefined, privateCa: undefined },
    },
    prometheus: undefined,
    translation: { headers: { kib: 96, lines: 200 } },
    plaintextWindow: 86_400,
    insecure: false,
  });
});

test('every problem is listed', () => {
  const flags = { '--api': 'here', '--ads': '10.0.0.1:18000', '--account': '12', '--region': 'Mars!' };
  expect(() => compileControlPlaneSettings(flags)).toThrow(
    [
      '--data is not set: the folder of the store, or --store for one in PostgreSQL',
      '--region="Mars!": a region, e.g. us-east-1',
      '--api="here": HOST:PORT, e.g. 127.0.0.1:8080 or [::1]:8080, with a port up to 65535',
      '--account="12": an AWS account id, twelve digits',
      '--ads="10.0.0.1:18000": beyond loopback it needs --tls-cert with --tls-key, and --tokens, --client-ca, --credentials or --trust-domain; set --insecure if that network is trusted, or use a loopback address',
    ].join('\n'),
  );
});

test('beyond loopback with --insecure', () => {
  const settings = compileControlPlaneSettings({
    '--data': 'd',
    '--ads': '0.0.0.0:18000',
    '--insecure': 'true',
  });
  expect(settings).toMatchObject({ ads: { host: '0.0.0.0' }, insecure: true });
});

test('a trust domain of another form is one problem: a second line said that it is not set', () => {
  const compile = () =>
    compileControlPlaneSettings({ '--data': 'd', '--trust-domain': 'Apps.Example', '--ca-key': 'k' });
  expect(compile).toThrow('--trust-domain="Apps.Example": a trust domain of up to 255 small letters');
  expect(compile).not.toThrow('is not set');
});

const secure = { '--credentials': 'c', '--tls-cert': 'crt', '--tls-key': 'key' };

test('the API beyond loopback with TLS and credentials', () => {
  const flags = { '--data': 'd', '--api': '0.0.0.0:443', ...secure };
  expect(compileControlPlaneSettings(flags)).toMatchObject({
    credentials: { kind: 'file', path: 'c' },
    tls: { cert: { path: 'crt' }, key: { path: 'key' } },
    insecure: false,
  });
});

test.each([
  [
    'neither',
    {},
    '--api="0.0.0.0:443": beyond loopback it needs --credentials, and --tls-cert with --tls-key',
  ],
  ['no TLS', { '--credentials': 'c' }, '--api="0.0.0.0:443": beyond loopback it needs'],
  ['no credentials', { ...secure, '--credentials': '' }, '--api="0.0.0.0:443": beyond loopback it needs'],
  [
    'half of TLS',
    { ...secure, '--tls-key': '' },
    '--tls-key is not set: the key of the certificate in --tls-cert',
  ],
  [
    'the other half',
    { ...secure, '--tls-cert': '' },
    '--tls-cert is not set: the certificate of the key in --tls-key',
  ],
])('the API beyond loopback with %s', (_, flags, problem) => {
  const compile = () => compileControlPlaneSettings({ '--data': 'd', '--api': '0.0.0.0:443', ...flags });
  expect(compile).toThrow(problem);
});

const tls = { '--tls-cert': 'crt', '--tls-key': 'key' };

test.each([
  ['tokens', { ...tls, '--tokens': 't' }],
  ['a client CA', { ...tls, '--client-ca': 'ca' }],
  ['credentials', { ...tls, '--credentials': 'c' }],
])('ADS beyond loopback with TLS and %s', (_, flags) => {
  const settings = compileControlPlaneSettings({ '--data': 'd', '--ads': '0.0.0.0:443', ...flags });
  expect(settings).toMatchObject({ ads: { host: '0.0.0.0' }, insecure: false });
});

test.each([
  ['TLS alone', tls, '--ads="0.0.0.0:443": beyond loopback it needs --tls-cert with --tls-key, and --tokens'],
  ['tokens alone', { '--tokens': 't' }, '--ads="0.0.0.0:443": beyond loopback it needs'],
  ['a client CA alone', { '--client-ca': 'ca' }, '--client-ca="ca": client certificates need TLS'],
])('ADS beyond loopback with %s', (_, flags, problem) => {
  const compile = () => compileControlPlaneSettings({ '--data': 'd', '--ads': '0.0.0.0:443', ...flags });
  expect(compile).toThrow(problem);
});

test('texts in variables replace the files', () => {
  const settings = compileControlPlaneSettings({
    '--data': 'd',
    '--api': '0.0.0.0:443',
    '--ads': '0.0.0.0:444',
    DAYBREAK_CREDENTIALS_JSON: String.raw`{"accounts":"a\nb"}`,
    DAYBREAK_TOKENS_JSONL: String.raw`{"sha256":"1"}\n{"sha256":"2"}`,
    DAYBREAK_TLS_CERT_PEM: String.raw`-----BEGIN\n1`,
    DAYBREAK_TLS_KEY_PEM: '-----BEGIN\n2',
  });
  expect(settings).toMatchObject({
    credentials: { kind: 'text', text: String.raw`{"accounts":"a\nb"}` },
    tokens: { kind: 'text', text: '{"sha256":"1"}\n{"sha256":"2"}' },
    tls: { cert: { kind: 'text', text: '-----BEGIN\n1' }, key: { kind: 'text', text: '-----BEGIN\n2' } },
  });
});

test.each([
  [
    { '--tokens': 't', DAYBREAK_TOKENS_JSONL: 'SECRET' },
    'DAYBREAK_TOKENS_JSONL (its value is not shown): not to be set together with --tokens',
  ],
  [
    { '--credentials': 'c', DAYBREAK_CREDENTIALS_JSON: 'SECRET' },
    'DAYBREAK_CREDENTIALS_JSON (its value is not shown): not to be set together with --credentials',
  ],
  [
    { DAYBREAK_TLS_CERT_PEM: 'SECRET' },
    'DAYBREAK_TLS_KEY_PEM is not set: the key of the certificate in DAYBREAK_TLS_CERT_PEM',
  ],
  [
    { DAYBREAK_TLS_KEY_PEM: 'SECRET' },
    'DAYBREAK_TLS_CERT_PEM is not set: the certificate of the key in DAYBREAK_TLS_KEY_PEM',
  ],
])('%j: the error names the variable and not its value', (flags, problem) => {
  const compile = () => compileControlPlaneSettings({ '--data': 'd', ...flags });
  expect(compile).toThrow(problem);
  expect(compile).not.toThrow(/SECRET/);
});

test('limits of proxies and the drain time', () => {
  const flags = {
    '--max-proxies': '10000',
    '--max-proxies-per-resource': '50',
    '--ads-rate-limit': '100:200',
    '--drain': '20',
  };
  expect(compileControlPlaneSettings({ '--data': 'd', ...flags })).toMatchObject({
    proxyQuotas: { proxies: 10_000, proxiesPerResource: 50 },
    adsRateLimit: { rate: 100, burst: 200 },
    drainSeconds: 20,
  });
});

test('limits on headers', () => {
  const flags = { '--max-request-headers-kib': '8192', '--max-request-headers': '10000' };
  const { translation } = compileControlPlaneSettings({ '--data': 'd', ...flags });
  expect(translation).toEqual({ headers: { kib: 8192, lines: 10_000 } });
});

test('quotas and a rate limit', () => {
  const flags = { '--data': 'd', '--quotas': 'virtualNodes=5000, meshes=1', '--rate-limit': '2.5:100' };
  expect(compileControlPlaneSettings(flags)).toMatchObject({
    quotas: { ...DEFAULT_QUOTAS, virtualNodes: 5000, meshes: 1 },
    rateLimit: { rate: 2.5, burst: 100 },
  });
  expect(compileControlPlaneSettings({ '--data': 'd', '--rate-limit': '20' })).toMatchObject({
    rateLimit: { rate: 20, burst: 40 },
  });
});

test.each([
  ['--quotas', 'nodes=1', 'NAME=NUMBER with a name of meshes, virtualNodes'],
  ['--quotas', 'meshes=', 'NAME=NUMBER'],
  ['--quotas', 'meshes=1000001', 'a whole number from 0 to 1000000'],
  ['--quotas', 'meshes=1,meshes=2', 'each name once'],
  ['--rate-limit', '0', 'a rate in calls per second above 0'],
  ['--rate-limit', '10:0', 'a rate in calls per second above 0'],
  ['--max-proxies', '0', 'a whole number from 1 to 1000000'],
  ['--ads-rate-limit', 'fast', 'RATE or RATE:BURST'],
  ['--drain', '26', 'a whole number from 0 to 25'],
  ['--max-request-headers-kib', '8193', 'a whole number from 1 to 8192'],
  ['--max-request-headers', '0', 'a whole number from 1 to 10000'],
])('%s %s is refused', (name, value, wanted) => {
  expect(() => compileControlPlaneSettings({ '--data': 'd', [name]: value })).toThrow(wanted);
});

test('--accept-loss, with the values of a variable', () => {
  for (const value of ['true', '1'])
    expect(compileControlPlaneSettings({ '--data': 'd', '--accept-loss': value }).acceptLoss).toBe(true);
});

test.each(['0', 'false'])('--insecure %s, as from DAYBREAK_INSECURE, is off', (value) => {
  expect(compileControlPlaneSettings({ '--data': 'd', '--insecure': value }).insecure).toBe(false);
});

test.each([
  ['with a folder, which has one owner: none', { '--data': 'd' }, undefined],
  ['with a database, which replicas share: an hour', { '--store': 'postgres://u@h/d' }, 3600],
  ['none where it says so', { '--store': 'postgres://u@h/d', '--max-connection-age': '0' }, undefined],
  ['as it says', { '--data': 'd', '--max-connection-age': '90' }, 90],
])('the age of connections: %s', (_, flags, maxConnectionAge) => {
  expect(compileControlPlaneSettings(flags)).toMatchObject({ maxConnectionAge });
});
