import { create } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ListenerSchema } from '#envoy/envoy/config/listener/v3/listener_pb.ts';
import type { Route, VirtualHost } from '#envoy/envoy/config/route/v3/route_components_pb.ts';
import type { RouteConfiguration } from '#envoy/envoy/config/route/v3/route_pb.ts';
import { CLUSTER, LISTENER, ROUTES, type Snapshot } from '../../xds/types.ts';
import { encode, typeResources } from '../translate/encode.ts';
import { socketAddress } from '../translate/envoy/address.ts';
import { connectionManager } from '../translate/envoy/connection-manager.ts';
import { NO_OPTIONS } from '../translate/options.ts';
import { readCase, translateCase, type Case } from '../translate/testing/cases.ts';
import { envoyOf } from '../translate/testing/real-envoy.ts';
import { askedRequest, type AskedRequest, type HeaderLine } from './asked-request.ts';
import { requestChain, type RequestChain } from './filter-chain/filter.ts';
import { arrive } from './manager/arrive.ts';
import { considerRoutes } from './match/considered-routes.ts';
import { readServed } from './served.ts';
import { startAnsweringEnvoy, type AnsweringEnvoy, type Fate } from './testing/answering-envoy.ts';
import { ownAddress } from './testing/own-address.ts';
import { TRIED } from './testing/tried.ts';

// `explain` predicts the route of a real Envoy: the same route of the same virtual host, or none.
// For each route there is a request that meets all of its conditions, and others that differ from it in one part.

const CASES = [
  'http-matches',
  'any-path',
  'grpc-matches',
  'route-order',
  'gateway',
  'gateway-matches',
  'gateway-any-path',
  'gateway-hosts',
  'collisions',
];

const FIRST_PORT = 9000;

describe.each(TRIED)('%s', (variable, release) => {
  let envoy: AnsweringEnvoy;
  const address = ownAddress();
  beforeAll(async () => {
    envoy = await startAnsweringEnvoy(envoyOf(variable));
  });
  afterAll(() => envoy?.close());

  test.each(CASES)('%s', async (name) => {
    const { snapshot } = translateCase(overHttp(readCase(name)));
    const configurations = [...readServed(snapshot).routes.values()];
    const onPorts = oneListenerEach(snapshot, configurations);
    const doors = configurations.map((_, index) => ({ address, port: FIRST_PORT + index, tls: false }));
    await envoy.take(onPorts, { address, ports: new Map() }, doors);
    const { listeners } = readServed(onPorts);
    for (const [index, configuration] of configurations.entries()) {
      const door = doors[index];
      const [chain] = listeners.get(configuration.name)?.filterChains ?? [];
      const requests = chain && requestChain(chain);
      if (door === undefined || requests === undefined)
        throw new Error(`no listener has ${configuration.name}`);
      for (const asked of requestsOf(configuration)) {
        const raw = { ...asked, scheme: 'http' };
        const happened = await envoy.ask(door, raw);
        expect({ raw, happened }).toEqual({ raw, happened: saidOf(configuration, requests, asked) });
      }
    }
  });

  function saidOf(configuration: RouteConfiguration, { settings }: RequestChain, asked: AskedRequest): Fate {
    const arrival = arrive({ ...asked, scheme: 'http' }, settings, release, asked.port);
    if (arrival.kind === 'refused')
      return arrival.outcome.kind === 'closed'
        ? arrival.outcome
        : { kind: 'answered', status: arrival.outcome.status };
    const { virtualHost, routes } = considerRoutes(configuration, arrival.request, release);
    const index = routes.findIndex(({ verdict }) => verdict === 'taken');
    if (index === -1) return { kind: 'none', routes: configuration.name };
    return { kind: 'taken', routes: configuration.name, route: `${virtualHost?.name}/${index}` };
  }
});

/** Returns one listener per route configuration, with a connection manager like ours. */
function oneListenerEach(snapshot: Snapshot, configurations: readonly RouteConfiguration[]): Snapshot {
  const listeners = configurations.map(({ name }, index) =>
    encode(
      ListenerSchema,
      name,
      create(ListenerSchema, {
        name,
        address: socketAddress('0.0.0.0', FIRST_PORT + index),
        filterChains: [
          {
            filters: [
              connectionManager(
                { place: 'egress', statPrefix: 'x', routes: name, accessLog: [] },
                NO_OPTIONS,
              ),
            ],
          },
        ],
      }),
    ),
  );
  const routes = snapshot.get(ROUTES);
  if (routes === undefined) throw new Error('the case has no routes');
  return new Map([
    [CLUSTER, typeResources([])],
    [LISTENER, typeResources(listeners)],
    [ROUTES, routes],
  ]);
}

/** Returns the case without conditions that a plain-text request cannot meet. */
function overHttp(original: Case): Case {
  return JSON.parse(JSON.stringify(original).replaceAll('"scheme":"https"', '"scheme":"http"')) as Case;
}

function requestsOf({ virtualHosts }: RouteConfiguration): readonly AskedRequest[] {
  return virtualHosts.flatMap((host) =>
    host.routes.flatMap((route) => variations(partsOf(host, route)).map(requestOf)),
  );
}

/** A part of a request, with its possible values: first the right one, then near misses. */
type Part =
  | { readonly kind: 'host' | 'path' | 'method' | 'parameter'; readonly texts: readonly string[] }
  /** `unwanted`: the right request lacks the part. */
  | {
      readonly kind: 'header';
      readonly name: string;
      readonly unwanted: boolean;
      readonly texts: readonly string[];
    };

type Chosen = { readonly part: Part; readonly text: string };

/** Returns all parts right, followed by each part in each other form, and left out. */
function variations(parts: readonly Part[]): readonly (readonly Chosen[])[] {
  const rightTexts = (part: Part): number => (part.kind === 'header' && part.unwanted ? 0 : 1);
  const right = parts.flatMap((part) =>
    part.texts.slice(0, rightTexts(part)).map((text) => ({ part, text })),
  );
  const others = parts.flatMap((part) => {
    const rest = right.filter((chosen) => chosen.part !== part);
    const changed = part.texts.slice(rightTexts(part)).map((text) => [...rest, { part, text }]);
    return part.kind === 'header' || part.kind === 'parameter' ? [rest, ...changed] : changed;
  });
  return [right, ...others];
}

function requestOf(chosen: readonly Chosen[]): AskedRequest {
  const texts = (kind: Part['kind']): readonly string[] =>
    chosen.flatMap(({ part, text }) => (part.kind === kind ? [text] : []));
  const headers = chosen.flatMap(({ part, text }): HeaderLine[] =>
    part.kind === 'header' ? [[part.name, text]] : [],
  );
  const query = texts('parameter').join('&');
  const url = `http://some.host${texts('path').join('')}${query === '' ? '' : `?${query}`}`;
  return askedRequest(texts('method').join(''), url, [['host', texts('host').join('')], ...headers]);
}

function partsOf({ domains }: VirtualHost, { match }: Route): readonly Part[] {
  const matchers = match?.headers ?? [];
  const method = matchers.find(({ name }) => name === ':method')?.headerMatchSpecifier;
  const headers = matchers.filter(({ name }) => !name.startsWith(':'));
  return [
    { kind: 'host', texts: domains.flatMap((domain) => hosts(domain.replace('*', 'x'))) },
    { kind: 'path', texts: paths(match?.pathSpecifier) },
    { kind: 'method', texts: [...(method === undefined ? [] : values(method).slice(0, 1)), 'GET', 'PUT'] },
    ...headers.map(({ name, invertMatch, headerMatchSpecifier: wanted }): Part => {
      const unwanted = invertMatch && wanted.case === 'presentMatch';
      return { kind: 'header', name, unwanted, texts: values(wanted) };
    }),
    ...(match?.queryParameters ?? []).map(({ name, queryParameterMatchSpecifier: wanted }): Part => {
      const pattern = wanted.case === 'stringMatch' ? wanted.value.matchPattern.value : undefined;
      const value = typeof pattern === 'string' ? pattern : 'y';
      const texts = [`=${value}`, '', '=', `=${value}x`, `=x&${name}=${value}`].map(
        (text) => `${name}${text}`,
      );
      return { kind: 'parameter', texts };
    }),
  ];
}

function hosts(domain: string): readonly string[] {
  const nearly = [domain.toUpperCase(), `${domain}.x`, `x${domain}`, domain.replace(/:\d+$/, ':1')];
  return [domain, ...nearly].filter((each) => !/[\s/]/.test(each));
}

type Match = NonNullable<Route['match']>;

function paths(specifier: Match['pathSpecifier'] | undefined): readonly string[] {
  if (specifier?.case === 'safeRegex') return ['/a', '/ab', '/1', '/v1/x', '/a/b', '/x.html'];
  const value = typeof specifier?.value === 'string' ? specifier.value : '/';
  const nearly = [`${value}x`, `${value}/`, value.slice(0, -1), `/${value}`, value.replaceAll('/', '//')];
  return [value, ...nearly].filter((each) => each.startsWith('/'));
}

function values(wanted: Match['headers'][number]['headerMatchSpecifier']): readonly string[] {
  if (wanted.case === 'rangeMatch') {
    const { start, end } = wanted.value;
    return [...[start, end - 1n, end, start - 1n].map(String), 'x', `${start}.0`, ` ${start}`];
  }
  if (wanted.case !== 'stringMatch') return ['any', ''];
  const { case: kind, value } = wanted.value.matchPattern;
  if (kind === 'safeRegex') return ['a', 'ab', 'abc', '12', 'v1', 'v12', 'xv1'];
  return typeof value === 'string' ? [value, `${value}x`, `x${value}`, value.toUpperCase()] : [];
}
