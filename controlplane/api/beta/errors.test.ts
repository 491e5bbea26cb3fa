import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../testing/test-api.ts';
import { beta, makeColors, MESH, route } from './testing/beta-api.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

describe('an error of the beta API', () => {
  beforeEach(() => makeColors(api));
  const listener = { portMapping: { port: 80, protocol: 'http' } };
  const dns = (serviceName: unknown) => ({ serviceDiscovery: { dns: { serviceName } } });
  const node = (spec: unknown) => [`${MESH}/virtualNodes`, { virtualNodeName: 'n', spec }] as const;
  const router = (...serviceNames: readonly unknown[]) =>
    [`${MESH}/virtualRouters`, { virtualRouterName: 'n', spec: { serviceNames } }] as const;
  const cases: readonly (readonly [readonly [string, unknown], string])[] = [
    [node({ backends: [7] }), "Value '7' at 'spec.backends.1.member'"],
    [
      node({ backends: ['a', 'a\n'] }),
      "at 'spec.backends.2.member' failed to satisfy constraint: Member must be text without line breaks",
    ],
    [
      node({ backends: [{ virtualService: {} }] }),
      "at 'spec.backends.1.member' failed to satisfy constraint: Member must be a string",
    ],
    [node({ listeners: [{}] }), "Value null at 'spec.listeners.1.member.portMapping'"],
    [node({ listeners: [listener, listener], ...dns('a') }), "at 'spec.listeners.2.member.portMapping.port'"],
    [
      node({ listeners: [{ portMapping: { port: 80, protocol: 'grpc' } }], ...dns('a') }),
      'Member must satisfy enum value set: [http, tcp]',
    ],
    [node({ listeners: [listener] }), "Value null at 'spec.serviceDiscovery'"],
    [node(dns('')), "Value '' at 'spec.serviceDiscovery.dns.serviceName'"],
    [node({ serviceDiscovery: { dns: {} } }), "Value null at 'spec.serviceDiscovery.dns.serviceName'"],
    [
      node({ serviceDiscovery: { dns: { hostname: 'a' } } }),
      "at 'spec.serviceDiscovery.dns.hostname' failed to satisfy constraint: Member is unknown here: [serviceName] are allowed",
    ],
    [node({ logging: {} }), 'Member is unknown here: [backends, listeners, serviceDiscovery] are allowed'],
    [
      router('a', ''),
      "Value '' at 'spec.serviceNames.2.member' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
    [
      router('a', 'b', 'a'),
      "Value 'a' at 'spec.serviceNames.3.member' failed to satisfy constraint: Member must not be given twice",
    ],
    [
      router(...'a b c d e f g h i j k'.split(' ')),
      "at 'spec.serviceNames' failed to satisfy constraint: Member must have length less than or equal to 10",
    ],
    [
      [`${MESH}/virtualRouter/colorteller-vr/routes`, { routeName: 'r', spec: {} }],
      "at 'spec' failed to satisfy constraint: Member must set exactly one of",
    ],
    [
      [
        `${MESH}/virtualRouter/colorteller-vr/routes`,
        { routeName: 'r', spec: { httpRoute: { match: {}, action: {} } } },
      ],
      "Value null at 'spec.httpRoute.action.weightedTargets'",
    ],
    [
      [
        `${MESH}/virtualRouter/colorteller-vr/routes`,
        { routeName: 'r', spec: { ...route(['a', 1]), priority: 1 } },
      ],
      "at 'spec.priority' failed to satisfy constraint: Member is unknown here: [httpRoute] are allowed",
    ],
    [['/meshes', { meshName: 'a/b' }], "Value 'a/b' at 'meshName'"],
    [
      ['/meshes', { meshName: 'm', spec: {} }],
      "at 'spec' failed to satisfy constraint: Member is unknown here: [clientToken, meshName] are allowed",
    ],
  ];
  it.each(cases)('%j', async ([path, body], message) => {
    const answer = await beta(api, 'PUT', path, body);
    expect(answer).toMatchObject({ status: 400, error: 'BadRequestException' });
    expect(answer.body['message']).toContain(message);
  });

  it('is the same as of the current API: missing, already existing, unknown operation', async () => {
    expect(await beta(api, 'GET', `${MESH}/virtualNodes/none`)).toMatchObject({
      status: 404,
      error: 'NotFoundException',
    });
    expect(await beta(api, 'PUT', '/meshes', { meshName: 'default' })).toMatchObject({
      error: 'ConflictException',
    });
    const missing = { routeName: 'r', spec: route(['none', 1]) };
    expect(await beta(api, 'PUT', `${MESH}/virtualRouter/colorteller-vr/routes`, missing)).toMatchObject({
      error: 'NotFoundException',
    });
    expect(await beta(api, 'GET', `${MESH}/virtualServices`)).toMatchObject({
      status: 404,
      error: 'UnknownOperationException',
    });
    expect(await beta(api, 'PUT', MESH, {})).toMatchObject({
      status: 405,
      error: 'MethodNotAllowedException',
      body: { message: 'There is no operation at PUT /meshes/default: it takes DELETE or GET.' },
    });
  });
});
