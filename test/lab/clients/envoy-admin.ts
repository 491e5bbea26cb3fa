import type { Host } from '../host.ts';
import { request, type Answer } from './http.ts';
import { openLoopback } from '../net/loopback.ts';

/** Envoy's admin interface for tests. Each call fails if Envoy does not answer. */
export type EnvoyAdmin = {
  /** Counters and gauges that have a value, by name; `filter`: a regular expression for Envoy. */
  stats(filter?: string): Promise<ReadonlyMap<string, number>>;
  /** One counter or gauge; 0 if Envoy has none of that name yet. */
  stat(name: string): Promise<number>;
  /** All configuration, as JSON (envoy.admin.v3.ConfigDump), endpoints included. */
  configDump(): Promise<unknown>;
  /** Whether Envoy is LIVE; also false while Envoy does not answer. */
  ready(): Promise<boolean>;
  /** Any other path: `/clusters`, or `/drain_listeners` with POST. */
  ask(path: string, method?: 'GET' | 'POST'): Promise<Answer>;
  close(): Promise<void>;
};

/** Opens the admin interface of the Envoy on a host. `port`: default 9901. Envoy need not run yet. */
export async function openEnvoyAdmin(host: Host, port = 9901): Promise<EnvoyAdmin> {
  const loopback = await openLoopback(host, port);
  const ask = (path: string, method = 'GET') =>
    request(`http://localhost${path}`, { method, socketPath: loopback.socketPath });
  const get = async (path: string): Promise<string> => {
    const { status, body } = await ask(path);
    if (status !== 200) throw new Error(`${host.name}: Envoy's admin answers ${status} to ${path}: ${body}`);
    return body;
  };
  const stats = async (filter = '') => parseStats(await get(`/stats?filter=${encodeURIComponent(filter)}`));
  return {
    stats,
    stat: async (name) => (await stats(`^${name.replaceAll(/[.\\+*?[\]^$(){}|]/g, '\\$&')}$`)).get(name) ?? 0,
    configDump: async () => JSON.parse(await get('/config_dump?include_eds')) as unknown,
    ready: () =>
      ask('/ready').then(
        ({ status }) => status === 200,
        () => false,
      ),
    ask,
    close: () => loopback.close(),
  };
}

/** Parses `name: value` lines. Skips histograms and texts, which are not numbers. */
export function parseStats(text: string): ReadonlyMap<string, number> {
  const pairs = text.split('\n').flatMap((line): [string, number][] => {
    const end = line.lastIndexOf(': ');
    const value = line.slice(end + 2);
    return end > 0 && /^\d+$/.test(value) ? [[line.slice(0, end), Number(value)]] : [];
  });
  return new Map(pairs);
}
