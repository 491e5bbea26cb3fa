import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { connect } from 'node:net';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { fastify, type FastifyInstance } from 'fastify';
import { describe, expect, onTestFinished, test } from 'vitest';
import { request } from '../../test/lab/clients/http.ts';
import { newCall } from '../http/call.ts';
import { selfSigned } from '../tls/testing/certificates.ts';
import { createConnectionTracker, type ConnectionTracker } from './connection-tracker.ts';
import { guardApi } from './guard-api.ts';
import type { ConnectionLimits } from './limits.ts';

type Served = { readonly app: FastifyInstance; readonly tracker: ConnectionTracker; readonly port: number };

describe.each(['http', 'https'] as const)('%s', (scheme) => {
  /** An API that authenticates callers with a header `name`. */
  async function serve(limits: ConnectionLimits): Promise<Served> {
    const tls = await selfSigned();
    const app = scheme === 'http' ? fastify() : (fastify({ https: tls }) as unknown as FastifyInstance);
    const tracker = createConnectionTracker({ limits, onClosed: () => undefined });
    app.addHook('onRequest', async (each) => {
      each.call = newCall();
      if (each.headers['name'] !== undefined) each.call.caller = { kind: 'anyone', account: '000000000000' };
    });
    guardApi(app, tracker);
    app.get('/', async (each) => each.ip);
    await app.listen({ host: '127.0.0.1', port: 0 });
    onTestFinished(() => app.close());
    return { app, tracker, port: (app.server.address() as AddressInfo).port };
  }

  async function open(port: number): Promise<Socket> {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    onTestFinished(() => void socket.destroy());
    await once(socket, 'connect');
    return socket;
  }

  function caller(port: number, headers: Readonly<Record<string, string>> = {}) {
    const options = { keepAlive: true, maxSockets: 1 };
    const agent =
      scheme === 'http' ? new HttpAgent(options) : new HttpsAgent({ ...options, rejectUnauthorized: false });
    onTestFinished(() => agent.destroy());
    const ask = { agent, headers };
    return async () => (await request(`${scheme}://127.0.0.1:${port}/`, ask)).status;
  }

  test('connections without a request block no other client, and evict no authenticated connection', async () => {
    const { port, tracker } = await serve({ all: 8, strangers: 4 });
    const known = caller(port, { name: 'me' });
    expect(await known()).toBe(200);
    await expect.poll(() => tracker.counts()).toEqual({ known: 1, strangers: 0 });
    for (let round = 0; round < 20; round += 1) await open(port);
    expect(await caller(port)()).toBe(200);
    expect(tracker.counts()).toEqual({ known: 1, strangers: 4 });
    expect(await known()).toBe(200);
    expect(tracker.counts().known).toBe(1);
  });

  test('an unauthenticated call leaves its connection a stranger', async () => {
    const { port, tracker } = await serve({ all: 8, strangers: 4 });
    expect(await caller(port)()).toBe(200);
    expect(tracker.counts()).toEqual({ known: 0, strangers: 1 });
  });

  test('connections without a request do not delay the shutdown', async () => {
    const { app, port, tracker } = await serve({ all: 8, strangers: 4 });
    const socket = await open(port);
    await expect.poll(() => tracker.counts().strangers).toBe(1);
    await app.close();
    await expect.poll(() => socket.destroyed).toBe(true);
  });
});
