import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeAll, startApi, type TestApi } from '../testing/test-api.ts';

// Refused requests change nothing, so all cases share one control plane.
let api: TestApi;
let revision: number;
beforeAll(async () => {
  api = await startApi();
  await makeAll(api);
  revision = api.live.model.revision;
});
afterEach(() => {
  if (api.live.model.revision !== revision) throw new Error('a refused request changed something');
});
afterAll(() => api.close());

const MESH = '/meshes/colors';
const ROUTES = `${MESH}/virtualRouter/router/routes`;

describe('the body', () => {
  const unreadable: readonly [string, string][] = [
    ['{"meshName": "a",}', 'line 1, column 18: expected a name in double quotes, found "}"'],
    ['{"meshName": "a"', 'line 1, column 17: expected "," or "}", found the end'],
    [
      '{\n  meshName: "a"}',
      'line 2, column 3: expected a name in double quotes or "}", found "meshName: \\"a\\"}"',
    ],
    ['[]', 'must be a JSON object, and it is a list'],
    ['"a"', 'must be a JSON object, and it is "a"'],
    ['null', 'must be a JSON object, and it is null'],
    [`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'nested too deeply'],
    [`{"a":[${'1,'.repeat(150_000)}1]}`, 'more than 100000 values'],
  ];
  it.each(unreadable)('%.40s is refused', async (body, message) => {
    expect(await api.call('PUT', '/meshes', body)).toMatchObject({
      status: 400,
      error: 'SerializationException',
      body: { message: expect.stringContaining(message) },
    });
  });

  it('that is not UTF-8 is refused', async () => {
    const { statusCode, headers } = await api.app.inject({
      method: 'PUT',
      url: '/v20190125/meshes',
      payload: Buffer.from([0x7b, 0xff, 0x7d]),
    });
    expect([statusCode, headers['x-amzn-errortype']]).toEqual([400, 'SerializationException']);
  });

  it('that is too large is refused', async () => {
    expect(await api.call('PUT', '/meshes', ' '.repeat(1024 * 1024 + 1))).toMatchObject({
      status: 413,
      error: 'RequestEntityTooLargeException',
      body: { message: 'The body has more than 1048576 bytes.' },
    });
  });
});

describe('the path', () => {
  const cases: readonly ['GET' | 'PUT' | 'POST' | 'DELETE', string, number, string, RegExp][] = [
    ['GET', '/meshes/%zz', 400, 'SerializationException', /escape/],
    ['GET', '/meshes/%ff', 400, 'SerializationException', /escape/],
    ['GET', `/meshes/${'x'.repeat(5000)}`, 414, 'RequestUriTooLongException', /longer/],
    ['GET', '/nothing', 404, 'UnknownOperationException', /no operation at GET \/v20190125\/nothing\.$/],
    ['POST', '/meshes', 405, 'MethodNotAllowedException', /it takes GET or PUT/],
    ['PUT', '/tags', 405, 'MethodNotAllowedException', /it takes GET/],
    ['GET', '/meshes/', 400, 'BadRequestException', /Value '' at 'meshName'/],
    ['GET', '/meshes/colors/', 404, 'UnknownOperationException', /no operation/],
  ];
  it.each(cases)('%s %.30s', async (method, path, status, error, message) => {
    expect(await api.call(method, path)).toMatchObject({
      status,
      error,
      body: { message: expect.stringMatching(message) },
    });
  });
});

describe('a specification', () => {
  const node = (spec: unknown) => [`${MESH}/virtualNodes`, { virtualNodeName: 'a', spec }] as const;
  const cases: readonly [string, readonly [string, unknown], string][] = [
    [
      'lists every violation with its path',
      node({ listeners: [{ portMapping: { port: 65536, protocol: 'htp' } }], logging: 5 }),
      "3 validation errors detected: Value '65536' at 'spec.listeners.1.member.portMapping.port' failed to satisfy constraint: Member must have value less than or equal to 65535; Value 'htp' at 'spec.listeners.1.member.portMapping.protocol' failed to satisfy constraint: Member must satisfy enum value set: [http, tcp, http2, grpc]; Value '5' at 'spec.logging' failed to satisfy constraint: Member must be a structure",
    ],
    [
      'names missing members',
      [`${MESH}/virtualNodes`, { virtualNodeName: 'a' }],
      "1 validation error detected: Value null at 'spec' failed to satisfy constraint: Member must not be null",
    ],
    [
      'treats null as missing',
      [`${MESH}/virtualNodes`, { virtualNodeName: 'a', spec: null }],
      "Value null at 'spec' failed",
    ],
    [
      'refuses unknown members',
      node({ listeners: [{ portMapping: { port: 1, protocol: 'tcp', prot: 'x' } }] }),
      "Value 'x' at 'spec.listeners.1.member.portMapping.prot' failed to satisfy constraint: Member is unknown here: [port, protocol] are allowed",
    ],
    [
      'refuses a member named __proto__',
      [`${MESH}/virtualNodes`, '{"virtualNodeName":"a","spec":{},"__proto__":{"x":1}}'],
      "at '__proto__' failed to satisfy constraint: Member is unknown here",
    ],
    [
      'refuses a union without a member',
      node({ serviceDiscovery: {} }),
      "Value '{}' at 'spec.serviceDiscovery' failed to satisfy constraint: Member must set exactly one of [awsCloudMap, dns]",
    ],
    [
      'refuses members that belong in the path',
      [`${MESH}/virtualNodes`, { virtualNodeName: 'a', meshName: 'colors', spec: {} }],
      "at 'meshName' failed to satisfy constraint: Member belongs in the path",
    ],
  ];
  it.each(cases)('%s', async (_, [path, body], message) => {
    expect(await api.call('PUT', path, body)).toMatchObject({
      status: 400,
      error: 'BadRequestException',
      body: { message: expect.stringContaining(message) },
    });
  });
});

describe('a number that JSON.parse rounds', () => {
  const range = (end: string): string =>
    `{"routeName":"a","spec":{"httpRoute":{"match":{"prefix":"/","headers":[{"name":"x","match":{"range":{"start":0,"end":${end}}}}]},"action":{"weightedTargets":[{"virtualNode":"white","weight":1}]}}}}`;
  const END = 'spec.httpRoute.match.headers.1.member.match.range.end';
  const least = 'Member must have value greater than or equal to -9007199254740991';
  const most = 'Member must have value less than or equal to 9007199254740991';
  const inRange: readonly [string, string][] = [
    ['9007199254740993', most],
    ['1e400', most],
    ['-9007199254740993', least],
  ];
  const LARGE = '12345678901234567891';
  const elsewhere: readonly [string, string, string][] = [
    [
      `{"virtualRouterName":"a","spec":{"listeners":[{"portMapping":{"port":${LARGE},"protocol":"http"}}]}}`,
      'spec.listeners.1.member.portMapping.port',
      'Member must have value less than or equal to 65535',
    ],
    [`{"virtualRouterName":${LARGE},"spec":{}}`, 'virtualRouterName', 'Member must be a string'],
    [`{"virtualRouterName":"a","spec":${LARGE}}`, 'spec', 'Member must be a structure'],
    [
      `{"virtualRouterName":"a","spec":{"other":${LARGE}}}`,
      'spec.other',
      'Member is unknown here: [listeners] are allowed',
    ],
  ];
  const refusal = (value: string, path: string, constraint: string) => ({
    status: 400,
    error: 'BadRequestException',
    body: {
      message: `1 validation error detected: Value '${value}' at '${path}' failed to satisfy constraint: ${constraint}`,
    },
  });

  it.each(inRange)('is refused, and the message shows it as it was sent: %s', async (value, constraint) => {
    expect(await api.call('PUT', ROUTES, range(value))).toMatchObject(refusal(value, END, constraint));
  });

  it.each(
    elsewhere,
  )('is refused, and the message shows it as it was sent: %s', async (body, path, constraint) => {
    const answer = await api.call('PUT', `${MESH}/virtualRouters`, body);
    expect(answer).toMatchObject(refusal(LARGE, path, constraint));
  });

  it('is not simulated by a member named rawJSON', async () => {
    const answer = await api.call(
      'PUT',
      `${MESH}/virtualRouters`,
      '{"virtualRouterName":"a","spec":{"rawJSON":"1"}}',
    );
    expect(answer).toMatchObject(
      refusal('1', 'spec.rawJSON', 'Member is unknown here: [listeners] are allowed'),
    );
  });
});

describe('the query', () => {
  const cases: readonly [string, string][] = [
    [
      '/meshes?limit=0',
      "Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1",
    ],
    ['/meshes?limit=101', "Value '101' at 'limit'"],
    [
      '/meshes?limit=12345678901234567891',
      "Value '12345678901234567891' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 100",
    ],
    ['/meshes?limit=00000000000000000001', "Value '00000000000000000001' at 'limit'"],
    [
      '/meshes?limit=many',
      "Value 'many' at 'limit' failed to satisfy constraint: Member must be a whole number",
    ],
    ['/meshes?limit=1&limit=2', "Value '[1, 2]' at 'limit'"],
    ['/meshes?nexttoken=x', "Value 'x' at 'nexttoken' failed to satisfy constraint: Member is unknown here"],
    ['/meshes?nextToken=x', "Value 'x' at 'nextToken' is not a token"],
    [`${MESH}?meshOwner=1`, "Value '1' at 'meshOwner'"],
    ['/tags', "Value null at 'resourceArn'"],
    ['/tags?resourceArn=x', "Value 'x' at 'resourceArn' is not the ARN of a resource"],
  ];
  it.each(cases)('%s', async (path, message) => {
    expect(await api.call('GET', path)).toMatchObject({
      error: 'BadRequestException',
      body: { message: expect.stringContaining(message) },
    });
  });

  it('may contain a signature', async () => {
    expect((await api.call('GET', '/meshes?X-Amz-Signature=abc')).status).toBe(200);
  });
});

it('health and readiness are reported', async () => {
  expect((await api.app.inject('/healthz')).json()).toEqual({ status: 'ok' });
  expect((await api.app.inject('/readyz')).json()).toEqual({ status: 'ready', revision });
  expect((await api.app.inject('/readyz?for=ads')).json()).toEqual({ status: 'ready', revision });
  const other = await api.app.inject('/readyz?for=dns');
  expect([other.statusCode, other.json()]).toEqual([
    400,
    { message: 'Value "dns" at \'for\': it must be ads or absent.' },
  ]);
});

it('a request with tens of thousands of violations gets a message with the first ones', async () => {
  const backends = Array.from({ length: 80_001 }, () => 1);
  const body = { virtualNodeName: 'n', spec: { backends } };
  const { status, body: answer } = await api.call('PUT', '/meshes/colors/virtualNodes', body);
  expect(status).toBe(400);
  expect(answer['message']).toMatch(
    /^More than 100 validation errors detected: Value '1' at 'spec\.backends\.1\.member'/,
  );
  expect(answer['message']).toMatch(/; and more$/);
});
