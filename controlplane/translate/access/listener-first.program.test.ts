import { connect } from 'node:net';
import { create } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ListenerSchema } from '#envoy/envoy/config/listener/v3/listener_pb.ts';
import {
  CLUSTER,
  EXTENSION_CONFIG,
  LISTENER,
  ROUTES,
  type Resource,
  type Snapshot,
  type TypeUrl,
} from '../../../xds/types.ts';
import { ownAddress } from '../../explain/testing/own-address.ts';
import { startServedEnvoy, type ServedEnvoy } from '../../explain/testing/served-envoy.ts';
import { accessOf } from '../../mesh/access/testing/any-access.ts';
import type { Place } from '../../mesh/access/steps.ts';
import type { VirtualNodeView } from '../../mesh/proxy-view.ts';
import { encode } from '../encode.ts';
import { connectionManager } from '../envoy/connection-manager.ts';
import { tcpProxy, type FilterChainInit } from '../envoy/filter-chains.ts';
import { routeConfiguration, virtualHost } from '../envoy/routes/routes.ts';
import { NO_OPTIONS, type Options } from '../options.ts';
import { unreported } from '../problems.ts';
import { ENVOYS, envoyOf } from '../testing/real-envoy.ts';
import { accessConfigs, accessFilter } from './filters.ts';

// A listener may arrive before the rules of its callers: no caller passes in between.

const OPTIONS: Options = { ...NO_OPTIONS, trustDomain: 'apps.example', authorization: true };
const HTTP: Place = { port: 80, isHttp: true, chain: 'plain' };
const TCP: Place = { port: 81, isHttp: false, chain: 'plain' };
const PORTS = { [HTTP.port]: 20_000, [TCP.port]: 20_001 } as const;

const snapshot = (resources: Readonly<Record<TypeUrl, readonly Resource[]>>): Snapshot =>
  new Map(
    Object.entries(resources).map(([type, all]) => [
      type,
      { resources: new Map(all.map((each) => [each.name, each])) },
    ]),
  );

describe.each(ENVOYS)('%s', (variable) => {
  const address = ownAddress();
  let envoy: ServedEnvoy;
  beforeAll(async () => {
    envoy = await startServedEnvoy(envoyOf(variable));
  });
  afterAll(() => envoy?.close());

  function listeners(places: readonly Place[]): readonly Resource[] {
    return places.map((place) => {
      const name = `l${place.port}`;
      const filters: FilterChainInit['filters'] = place.isHttp
        ? [
            connectionManager(
              {
                place: 'ingress',
                statPrefix: 'ingress',
                routes: 'routes',
                accessLog: [],
                filters: accessFilter(place, OPTIONS),
              },
              OPTIONS,
            ),
          ]
        : [
            ...accessFilter(place, OPTIONS),
            tcpProxy('tcp', [{ cluster: 'none', weight: 1 }], { idle: undefined }),
          ];
      const portValue = PORTS[place.port] ?? 0;
      const socketAddress = { address, portSpecifier: { case: 'portValue' as const, value: portValue } };
      return encode(
        ListenerSchema,
        name,
        create(ListenerSchema, {
          name,
          address: { address: { case: 'socketAddress', value: socketAddress } },
          filterChains: [{ filters }],
        }),
      );
    });
  }
  const route = {
    match: { pathSpecifier: { case: 'prefix' as const, value: '/' } },
    action: { case: 'directResponse' as const, value: { status: 200 } },
  };
  const routes = [
    routeConfiguration('routes', [virtualHost({ name: 'all', domains: ['*'], routes: [route] })]),
  ];
  const rules = (places: readonly Place[], isOpen: boolean): readonly Resource[] => {
    const access = accessOf([{ unauthenticated: isOpen ? [{}] : [] }], 'ENFORCE');
    return accessConfigs({ name: 'b', access } as unknown as VirtualNodeView, places, OPTIONS, unreported);
  };

  /** The answer to a request: the first line, '' if the connection is closed without one, or `ECONNREFUSED`. */
  async function ask(place: Place): Promise<string> {
    const socket = connect({ host: address, port: PORTS[place.port] ?? 0 });
    let got = '';
    let failure = '';
    socket.on('data', (bytes: Buffer) => (got += bytes.toString()));
    socket.on('error', (error: NodeJS.ErrnoException) => (failure = error.code ?? error.message));
    socket.write('GET / HTTP/1.1\r\nHost: b\r\nConnection: close\r\n\r\n');
    await new Promise((resolve) => socket.once('close', resolve));
    return got === '' && failure === 'ECONNREFUSED' ? failure : (got.split('\r\n')[0] ?? '');
  }

  test('a listener that arrives before its rules is not opened, and then carries them out', {
    timeout: 120_000,
  }, async () => {
    const before = { [CLUSTER]: [], [ROUTES]: routes, [LISTENER]: listeners([HTTP, TCP]) };
    await envoy.take(snapshot(before));
    expect([await ask(HTTP), await ask(TCP)]).toEqual(['ECONNREFUSED', 'ECONNREFUSED']);
    await envoy.take(snapshot({ ...before, [EXTENSION_CONFIG]: rules([HTTP, TCP], false) }));
    await expect.poll(() => ask(HTTP)).toBe('HTTP/1.1 403 Forbidden');
    await expect.poll(() => ask(TCP)).toBe('');
    await envoy.take(snapshot({ ...before, [EXTENSION_CONFIG]: rules([HTTP, TCP], true) }));
    await expect.poll(() => ask(HTTP)).toBe('HTTP/1.1 200 OK');
  });

  test('no caller passes after the rules were taken away', { timeout: 120_000 }, async () => {
    const before = { [CLUSTER]: [], [ROUTES]: routes, [LISTENER]: listeners([HTTP]) };
    await envoy.take(snapshot({ ...before, [EXTENSION_CONFIG]: [] }));
    await expect.poll(() => ask(HTTP)).not.toBe('HTTP/1.1 200 OK');
  });
});
