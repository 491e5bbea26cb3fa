import { join } from 'node:path';
import type { IncomingHttpHeaders } from 'node:http';
import { request } from '../../../lab/clients/http.ts';
import type { Host } from '../../../lab/host.ts';
import type { Seen } from '../apps/app-options.ts';

type Headers = Readonly<Record<string, string>>;

type Request = { readonly url: string; readonly method?: string; readonly headers?: Headers };

/** A request for a caller. `limitMs`: its time-out (default: 60,000). */
export type Ask = { readonly limitMs?: number } & What;

type What =
  | ({ readonly kind: 'http' } & Request)
  | ({ readonly kind: 'http2' } & Request)
  | {
      readonly kind: 'grpc';
      /** `host:port` */
      readonly address: string;
      /** The virtual service. */
      readonly authority: string;
      /** `/package.Service/Method` */
      readonly path: string;
      readonly metadata?: Headers;
    }
  | {
      readonly kind: 'tcp';
      readonly host: string;
      readonly port: number;
      /** The text to send once the server has spoken, and the delay after that. Default: no delay. */
      readonly say?: string;
      readonly afterMs?: number;
      /** The text that ends the conversation; without it, only the other side does. */
      readonly expect?: string;
      /** How long the connection is kept open after that. Default: 0. */
      readonly holdMs?: number;
    }
  | {
      readonly kind: 'webSocket';
      readonly url: string;
      readonly say: string;
      /** Default: 1, like Node's own client. */
      readonly version?: 1 | 2;
    }
  | {
      readonly kind: 'raw';
      readonly host: string;
      readonly port: number;
      /** The bytes to send, one character per byte. */
      readonly bytes: string;
      /** The text that ends the conversation; without it, only the other side does. */
      readonly until?: string;
      /** Whether to send FIN after the bytes. Default: false. */
      readonly half?: boolean;
    }
  | {
      readonly kind: 'burst';
      /** `host:port` */
      readonly address: string;
      readonly authority: string;
      readonly count: number;
      readonly grpc: boolean;
    };

/** The asks of one kind. */
export type Kind<K extends Ask['kind']> = Extract<Ask, { kind: K }>;

/**
 * The outcome of an ask. `status`: of HTTP or gRPC. `body`: for a burst, the count per outcome, as JSON. `error`: the code of the error that the
 * client saw.
 */
export type Outcome = {
  readonly status?: number;
  readonly body?: string;
  readonly headers?: IncomingHttpHeaders;
  readonly error?: string;
  readonly tookMs: number;
};

/** A client on a host: it sends requests as the host's app would, so through its Envoy. */
export type Caller = {
  ask(ask: Ask): Promise<Outcome>;
};

const PROGRAM = join(import.meta.dirname, 'caller-program.ts');

/** The default time-out of an ask, in milliseconds. */
export const LIMIT_MS = 120_000;

/** Starts a caller on a host; it ends with the lab. */
export async function startCaller(host: Host): Promise<Caller> {
  const socketPath = join(host.folder, 'caller');
  await host.spawn('caller', process.execPath, [PROGRAM, socketPath]).line(/^ready$/);
  return {
    async ask(ask) {
      const limitMs = (ask.limitMs ?? LIMIT_MS) + 10_000;
      const options = { method: 'POST', body: JSON.stringify(ask), socketPath, limitMs };
      const { body } = await request('http://caller/', options);
      return JSON.parse(body) as Outcome;
    },
  };
}

/** Parses an app's report of the request that it received. @throws Error if the answer is not from an app */
export function seenIn({ status, body = '', error }: Outcome): Seen {
  if (status === 200 && body.startsWith('{')) return JSON.parse(body) as Seen;
  throw new Error(`no app answered, but ${error ?? `${status} ${body}`}`);
}
