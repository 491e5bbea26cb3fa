import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as ask, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { toJson } from '@bufbuild/protobuf';
import { execa } from 'execa';
import { RouteConfigurationSchema, type RouteConfiguration } from '#envoy/envoy/config/route/v3/route_pb.ts';
import { REGISTRY } from '../translate/registry.ts';
import type { AskedRequest } from './asked-request.ts';

/** A real Envoy with nothing but route configurations, which answers by which route it took a request. */
export type RoutingEnvoy = {
  /** `virtual host/index of the route`; undefined where no route takes it. */
  route(configuration: string, request: AskedRequest): Promise<string | undefined>;
  close(): Promise<void>;
};

const START_MS = 20_000;

/** Starts one, on unix sockets in a folder of its own. The targets do not exist: only the choice of a route is real. */
export async function startRoutingEnvoy(routes: readonly RouteConfiguration[]): Promise<RoutingEnvoy> {
  const binary = process.env['DAYBREAK_ENVOY'];
  if (binary === undefined) throw new Error('DAYBREAK_ENVOY is not set: it must name an Envoy binary');
  const folder = await mkdtemp(join(tmpdir(), 'routing-envoy-'));
  const socket = (name: string): string =>
    join(folder, `${routes.findIndex((each) => each.name === name)}.sock`);
  const listeners = routes.map((each) => listener(each, socket(each.name)));
  const file = join(folder, 'envoy.json');
  await writeFile(file, JSON.stringify({ static_resources: { listeners } }));
  const flags = ['--log-level', 'warn', '--use-dynamic-base-id', '--concurrency', '1'];
  const envoy = execa(binary, ['-c', file, ...flags], { reject: false, timeout: 120_000 });
  const signal = AbortSignal.timeout(START_MS);
  while ((await answer(socket(routes[0]?.name ?? ''), '/', 'GET', {}).catch(() => undefined)) === undefined) {
    await sleep(20, undefined, { signal });
  }
  return {
    async route(configuration, { method, authority, path, query, headers }) {
      const search = query.map(([name, value]) => `${name}=${value}`).join('&');
      const target = `${path}${search === '' ? '' : `?${search}`}`;
      const sent = { ...Object.fromEntries(headers), host: authority };
      const name = await answer(socket(configuration), target, method, sent);
      return name === '-' ? undefined : name;
    },
    async close() {
      envoy.kill();
      await envoy;
      await rm(folder, { recursive: true });
    },
  };
}

/** Every answer is Envoy's own, because no target exists; its body is the name of the route, which says where it stands. */
function listener(routes: RouteConfiguration, socket: string): unknown {
  const json = toJson(RouteConfigurationSchema, routes, { registry: REGISTRY, useProtoFieldName: true });
  const config = json as { virtual_hosts?: { name: string; routes?: object[] }[] };
  const hosts = (config.virtual_hosts ?? []).map((host) => ({
    ...host,
    routes: (host.routes ?? []).map((route, at) => ({ ...route, name: `${host.name}/${at}` })),
  }));
  const type = 'type.googleapis.com/envoy.extensions.filters';
  const manager = {
    '@type': `${type}.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 'routing',
    normalize_path: true,
    merge_slashes: true,
    route_config: { ...config, virtual_hosts: hosts, validate_clusters: false },
    http_filters: [{ name: 'router', typed_config: { '@type': `${type}.http.router.v3.Router` } }],
    local_reply_config: { body_format: { text_format_source: { inline_string: '%ROUTE_NAME%' } } },
  };
  return {
    name: routes.name,
    address: { pipe: { path: socket } },
    filter_chains: [{ filters: [{ name: 'manager', typed_config: manager }] }],
  };
}

async function answer(
  socketPath: string,
  path: string,
  method: string,
  headers: Readonly<Record<string, string>>,
): Promise<string> {
  const sent = ask({ socketPath, path, method, headers });
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return text(response);
}
