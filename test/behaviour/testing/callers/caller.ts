import { join } from 'node:path';
import type { IncomingHttpHeaders } from 'node:http';
import { request } from '../../../lab/http.ts';
import type { Host } from '../../../lab/host.ts';
import type { Seen } from '../apps/app-options.ts';

type Headers = Readonly<Record<string, string>>;

type Request = { readonly url: string; readonly method?: string; readonly headers?: Headers };

/** What is asked of somebody; after `limitMs` (default: 20,000) it is given up. */
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
      /** What is sent once the server has spoken, and how long after that. Default: at once. */
      readonly say?: string;
      readonly afterMs?: number;
      /** What ends the conversation; without it, only the other side does. */
      readonly expect?: string;
      /** How long the connection is kept open after that. Default: 0. */
      readonly holdMs?: number;
    }
  | {
      readonly kind: 'webSocket';
      readonly url: string;
      readonly say: string;
      /** Default: 1, as Node's own client has it. */
      readonly version?: 1 | 2;
    }
  | {
      readonly kind: 'raw';
      readonly host: string;
      readonly port: number;
      /** What is sent, a character a byte. */
      readonly bytes: string;
      /** What ends the conversation; without it, only the other side does. */
      readonly until?: string;
      /** Whether nothing is sent after it (FIN). Default: false. */
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
 * What came of it. `status`: HTTP's, or gRPC's. `body`: of a burst how many had each outcome, as JSON. `error`: the code of the error
 * that the client saw.
 */
export type Outcome = {
  readonly status?: number;
  readonly body?: string;
  readonly headers?: IncomingHttpHeaders;
  readonly error?: string;
  readonly tookMs: number;
};

/** Somebody on a host who asks: as its app would, so through its Envoy. */
export type Caller = {
  ask(ask: Ask): Promise<Outcome>;
};

const PROGRAM = join(import.meta.dirname, 'caller-program.ts');

/** After how long something that was asked is given up, unless that says otherwise. */
export const LIMIT_MS = 20_000;

/** Starts a caller on a host; it goes with the lab. */
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

/** What the app says that it saw. @throws Error where it was not an app that answered */
export function seenIn({ status, body = '', error }: Outcome): Seen {
  if (status === 200 && body.startsWith('{')) return JSON.parse(body) as Seen;
  throw new Error(`no app answered, but ${error ?? `${status} ${body}`}`);
}
