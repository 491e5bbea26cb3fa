import { setTimeout as sleep } from 'node:timers/promises';
import type { Snapshot } from '../../../xds/types.ts';
import { answering, NEWEST, type AnsweringAddress } from './answering.ts';
import { askRaw, type RawRequest } from './raw-http.ts';
import { startServedEnvoy } from './served-envoy.ts';

/** The observed outcome of a request. */
export type Fate =
  /** `virtual host/index` of the route that took it, in this route configuration. */
  | { readonly kind: 'taken'; readonly routes: string; readonly route: string }
  /** No route took it. */
  | { readonly kind: 'none'; readonly routes: string }
  /** Envoy answered the request without a route. */
  | { readonly kind: 'answered'; readonly status: number }
  | { readonly kind: 'closed' };

/** A listener: its address, and whether it accepts TLS. */
export type Door = { readonly address: string; readonly port: number; readonly tls: boolean };

/** A real Envoy that reports which route took a request. */
export type AnsweringEnvoy = {
  /** Applies a configuration at its own place, and waits until each listener uses it. */
  take(snapshot: Snapshot, place: AnsweringAddress, doors: readonly Door[]): Promise<void>;
  ask(door: Door, request: RawRequest): Promise<Fate>;
  close(): Promise<void>;
};

const POLL_MS = 5;
const LIMIT_MS = 120_000;

/** Starts an Envoy. @throws Error with its log if it does not start */
export async function startAnsweringEnvoy(binary: string): Promise<AnsweringEnvoy> {
  const envoy = await startServedEnvoy(binary);
  let number = 0;
  return {
    async take(snapshot, place, doors) {
      number += 1;
      await envoy.take(answering(snapshot, place, number));
      for (const door of doors) await goesBy(door, String(number));
    },
    ask: askFate,
    close: () => envoy.close(),
  };
}

/** A worker thread sees new routes shortly after they were acknowledged. */
async function goesBy(door: Door, newest: string): Promise<void> {
  const request: RawRequest = {
    protocol: 'HTTP/1.1',
    method: 'GET',
    scheme: 'http',
    authority: NEWEST,
    target: '/',
    headers: [],
  };
  const end = Date.now() + LIMIT_MS;
  for (;;) {
    const last = await askFate(door, request).catch((error: Error) => error);
    if (!(last instanceof Error) && last.kind === 'taken' && last.route === newest) return;
    if (Date.now() > end)
      throw new Error(`${door.address}:${door.port} does not go by ${newest}: ${JSON.stringify(last)}`, {
        cause: last,
      });
    await sleep(POLL_MS);
  }
}

async function askFate(door: Door, request: RawRequest): Promise<Fate> {
  const answer = await askRaw(door, request);
  if (answer === undefined) return { kind: 'closed' };
  const { status, body } = answer;
  const [routes = '', route = '-'] = body.split(/ (.*)/s);
  if (status === 404 && route === '-') return { kind: 'none', routes };
  if (status === 503 && route !== '-') return { kind: 'taken', routes, route };
  return { kind: 'answered', status };
}
