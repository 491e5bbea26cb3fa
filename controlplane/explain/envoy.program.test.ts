import { expect, test } from 'vitest';
import type { Route, VirtualHost } from '#envoy/envoy/config/route/v3/route_components_pb.ts';
import type { RouteConfiguration } from '#envoy/envoy/config/route/v3/route_pb.ts';
import { readCase, translateCase, type Case } from '../translate/fixture.ts';
import { askedRequest, type AskedRequest, type HeaderLine } from './asked-request.ts';
import { considerRoutes } from './considered-routes.ts';
import { readServed } from './served.ts';
import { startRoutingEnvoy } from './testing-envoy.ts';

// What `explain` says of a request is what a real Envoy does with it: the same route of the same virtual host, or none.
// For each route there is a request that meets all of its conditions, and others that differ from it in one thing.

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

test.each(CASES)('%s', { timeout: 120_000 }, async (name) => {
  const { routes } = readServed(translateCase(overHttp(readCase(name))).snapshot);
  const configurations = [...routes.values()];
  const envoy = await startRoutingEnvoy(configurations);
  try {
    for (const configuration of configurations) {
      for (const request of requests(configuration)) {
        const taken = await envoy.route(configuration.name, request);
        expect({ request, taken }).toEqual({ request, taken: ourRoute(configuration, request) });
      }
    }
  } finally {
    await envoy.close();
  }
});

/** The same case with no condition that a request without TLS cannot meet. */
function overHttp(original: Case): Case {
  return JSON.parse(JSON.stringify(original).replaceAll('"scheme":"https"', '"scheme":"http"')) as Case;
}

function ourRoute(configuration: RouteConfiguration, request: AskedRequest): string | undefined {
  const { virtualHost, routes } = considerRoutes(configuration, request);
  const index = routes.findIndex(({ verdict }) => verdict === 'taken');
  return index === -1 ? undefined : `${virtualHost?.name}/${index}`;
}

function requests({ virtualHosts }: RouteConfiguration): readonly AskedRequest[] {
  return virtualHosts.flatMap((host) =>
    host.routes.flatMap((route) => variations(partsOf(host, route)).map(requestOf)),
  );
}

/** A part of a request: what to write for it, first the right one, then what is nearly right. */
type Part =
  | { readonly kind: 'host' | 'path' | 'method' | 'parameter'; readonly texts: readonly string[] }
  /** `unwanted`: right is to have none. */
  | {
      readonly kind: 'header';
      readonly name: string;
      readonly unwanted: boolean;
      readonly texts: readonly string[];
    };

type Chosen = { readonly part: Part; readonly text: string };

/** All parts right; then each part in each other way, and left out. */
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
