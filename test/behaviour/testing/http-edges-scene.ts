import type { ENVOYS } from '../../../controlplane/translate/testing/real-envoy.ts';
import type { Ask } from './callers/caller.ts';
import { GATEWAY, GRPC, HTTP2, inputs, LIMITED, NARROW, OTHER, PLAIN, RAW } from './models/http-edges.ts';
import { openScene, type Scene } from './scene.ts';

/** The raw application of the mesh from its client, one outside the mesh from the client, and the mesh's through the gateway. */
export const WAYS = {
  mesh: { from: 'client', host: 'server.local', port: RAW },
  outside: { from: 'client', host: 'other.local', port: RAW },
  gateway: { from: 'outside', host: 'door.local', port: GATEWAY.http },
  /** By a gateway that speaks HTTP/2 to itself: its path has to begin with `/through/`. */
  through: { from: 'outside', host: 'door.local', port: GATEWAY.http2 },
} as const;

/** A way to a raw application. */
export type Way = keyof typeof WAYS;

/** The scene of the edges of HTTP. */
export type Edges = {
  readonly scene: Scene<'server' | 'other' | 'client' | 'gateway' | 'outside'>;
  /** Sends bytes, and answers all that comes back. @throws Error where the connection fails */
  raw(way: Way, bytes: string, more?: Partial<Extract<Ask, { kind: 'raw' }>>): Promise<string>;
  /** The same with a request for `/a` that has these further lines, on a connection that ends with the answer. */
  get(way: Way, ...lines: readonly string[]): Promise<string>;
};

/** Opens it with the Envoy that a variable names. */
export async function openEdges(variable: (typeof ENVOYS)[number]): Promise<Edges> {
  const scene = await openScene('http-edges', variable, {
    inputs: () => inputs,
    hosts: {
      server: {
        dns: ['server.local', 'http.local', 'http2.local', 'grpc.local', 'once.local'],
        app: {
          raw: [RAW],
          http: [PLAIN],
          narrow: [NARROW],
          http2: [HTTP2],
          grpc: [GRPC],
          limited: LIMITED.map(({ port, limit }) => [port, limit] as const),
        },
        resource: 'mesh/m/virtualNode/server',
        appPorts: [RAW, PLAIN, NARROW, HTTP2, GRPC, ...LIMITED.map(({ port }) => port)],
      },
      other: { dns: ['other.local'], app: { raw: [RAW], http: [OTHER] } },
      client: { resource: 'mesh/m/virtualNode/client' },
      gateway: { dns: ['door.local'], resource: 'mesh/m/virtualGateway/gateway' },
      outside: {},
    },
  });
  const raw: Edges['raw'] = async (way, bytes, more = {}) => {
    const { from, host, port } = WAYS[way];
    const ask: Ask = { kind: 'raw', host, port, bytes, ...more };
    const { body = '', error } = await scene.actors[from].caller.ask(ask);
    if (error !== undefined) throw new Error(error);
    return body;
  };
  return {
    scene,
    raw,
    get: (way, ...lines) =>
      raw(way, message('GET /a HTTP/1.1', `Host: ${WAYS[way].host}`, 'Connection: close', ...lines)),
  };
}

/** A start line and header lines as they travel. */
export function message(...lines: readonly string[]): string {
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** The line that makes a raw application give this answer. */
export function planned(answer: string): string {
  return `x-answer: ${Buffer.from(answer).toString('base64')}`;
}

/** What comes behind the header lines: of a raw application, the bytes that it got. */
export function bodyOf(answer: string): string {
  return answer.slice(answer.indexOf('\r\n\r\n') + 4);
}
