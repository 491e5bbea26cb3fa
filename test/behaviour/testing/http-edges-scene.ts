import type { ENVOYS } from '../../../controlplane/translate/testing/real-envoy.ts';
import type { Ask } from './callers/caller.ts';
import { GATEWAY, GRPC, HTTP2, inputs, LIMITED, NARROW, OTHER, PLAIN, RAW } from './models/http-edges.ts';
import { openScene, type Scene } from './scene.ts';

/**
 * From the client to the raw application in the mesh, from the client to the one outside the mesh, and through the gateway to the one in the mesh.
 */
export const WAYS = {
  mesh: { from: 'client', host: 'server.local', port: RAW },
  outside: { from: 'client', host: 'other.local', port: RAW },
  gateway: { from: 'outside', host: 'door.local', port: GATEWAY.http },
  /** Through a gateway that uses HTTP/2 for its self-redirect: the path has to begin with `/through/`. */
  through: { from: 'outside', host: 'door.local', port: GATEWAY.http2 },
} as const;

/** A path to a raw application. */
export type Way = keyof typeof WAYS;

/** The scene for edge cases of HTTP. */
export type Edges = {
  readonly scene: Scene<'server' | 'other' | 'client' | 'gateway' | 'outside'>;
  /** Sends bytes and returns all received bytes. @throws Error if the connection fails */
  raw(way: Way, bytes: string, more?: Partial<Extract<Ask, { kind: 'raw' }>>): Promise<string>;
  /** Sends a request for `/a` with these further header lines, on a connection that ends with the answer. */
  get(way: Way, ...lines: readonly string[]): Promise<string>;
};

/** Opens the scene with the Envoy that a variable names. */
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

/** Joins a start line and header lines into a message head. */
export function message(...lines: readonly string[]): string {
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** Returns the header line that makes a raw application give this answer. */
export function planned(answer: string): string {
  return `x-answer: ${Buffer.from(answer).toString('base64')}`;
}

/** Returns the bytes after the header lines: from a raw application, the request as received. */
export function bodyOf(answer: string): string {
  return answer.slice(answer.indexOf('\r\n\r\n') + 4);
}
