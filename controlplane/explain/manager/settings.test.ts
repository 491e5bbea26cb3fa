import { isFieldSet } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { expect, test } from 'vitest';
import {
  HttpConnectionManagerSchema,
  HttpConnectionManager_PathWithEscapedSlashesAction as EscapedSlashes,
  type HttpConnectionManager,
} from '#envoy/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.ts';
import { caseNames, readCase, translateCase } from '../../translate/testing/cases.ts';
import { readServed } from '../served.ts';

// `explain` models each setting of a connection manager, or the setting has no influence on the route. A new setting
// fails this test: model it (controlplane/explain/manager), or list it below as one without influence.

const READ = [
  'httpProtocolOptions',
  'mergeSlashes',
  'normalizePath',
  'preserveExternalRequestId',
  'proxy100Continue',
  'routeSpecifier.rds',
  'stripTrailingHostDot',
  'upgradeConfigs',
  'useRemoteAddress',
  'xffNumTrustedHops',
];

const NOT_ABOUT_ROUTES = [
  'accessLog',
  'commonHttpProtocolOptions',
  // Adds headers of tracers to requests that lack them. A route that matches on such a header is explained without it.
  'earlyHeaderMutationExtensions',
  'http2ProtocolOptions',
  'httpFilters',
  'localReplyConfig',
  'maxRequestHeadersKb',
  'serverHeaderTransformation',
  'statPrefix',
];

/** Settings that explain assumes to be constant. */
const AS_THEY_ARE: readonly ((manager: HttpConnectionManager) => unknown)[] = [
  ({ pathWithEscapedSlashesAction }) => pathWithEscapedSlashesAction === EscapedSlashes.KEEP_UNCHANGED,
  // No caller is internal.
  ({ internalAddressConfig: internal }) =>
    internal?.unixSockets === false &&
    internal.cidrRanges.every(({ addressPrefix }) => addressPrefix === '255.255.255.255') &&
    internal.cidrRanges.length > 0,
  // Every request that is traced is sampled; behind a gateway, the request id shows it.
  ({ tracing }) =>
    tracing === undefined ||
    [tracing.clientSampling, tracing.randomSampling, tracing.overallSampling].every(
      (share) => share === undefined,
    ),
  // The filter of authorization admits or refuses, and never changes a route.
  ({ httpFilters }) =>
    httpFilters.every(({ name }) => /^(?:envoy\.filters\.http\.router|ingress_access_.*)$/.test(name)),
];

const KNOWN = [
  ...READ,
  ...NOT_ABOUT_ROUTES,
  'pathWithEscapedSlashesAction',
  'internalAddressConfig',
  'tracing',
];

test('every setting of every served connection manager is known here', () => {
  const managers = caseNames().flatMap((name) => managersOf(name));
  expect(managers.length).toBeGreaterThan(50);
  const set = managers.flatMap((manager) =>
    HttpConnectionManagerSchema.fields.filter((field) => isFieldSet(manager, field)).map(nameOf),
  );
  expect([...new Set(set)].filter((name) => !KNOWN.includes(name))).toEqual([]);
  for (const manager of managers)
    expect(AS_THEY_ARE.map((holds) => holds(manager))).toEqual(AS_THEY_ARE.map(() => true));
});

type Field = (typeof HttpConnectionManagerSchema.fields)[number];

function nameOf({ oneof, localName }: Field): string {
  return oneof === undefined ? localName : `${oneof.localName}.${localName}`;
}

function managersOf(name: string): readonly HttpConnectionManager[] {
  const { listeners } = readServed(translateCase(readCase(name)).snapshot);
  const filters = [...listeners.values()].flatMap(({ filterChains }) =>
    filterChains.flatMap((chain) => chain.filters),
  );
  return filters.flatMap(({ configType }) => {
    const manager =
      configType.case === 'typedConfig'
        ? anyUnpack(configType.value, HttpConnectionManagerSchema)
        : undefined;
    return manager === undefined ? [] : [manager];
  });
}
