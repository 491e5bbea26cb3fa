import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENVOYS } from '../../controlplane/translate/testing/real-envoy.ts';
import { askFrom } from '../lab/clients/ask.ts';
import { keepAlive, request } from '../lab/clients/http.ts';
import type { Host } from '../lab/host.ts';
import type { Program } from '../lab/programs/program.ts';
import { until } from '../lab/until.ts';
import { startHolder } from './testing/callers/holder.ts';
import { startLoad } from './testing/callers/load.ts';
import type { Scene } from './testing/scene.ts';
import {
  HTTP,
  openStops,
  startAgain,
  stopAgent,
  stopUnderLoad,
  TARGET,
  TCP,
  type StopsHost,
} from './testing/stops-scene.ts';

// The end of a sidecar and of a gateway. A stop that wrongly took its whole time would exceed the time-out of the test.

const LONG = { LISTENER_DRAIN_WAIT_TIME_S: '110' };
const SHORT = { LISTENER_DRAIN_WAIT_TIME_S: '5' };
const QUIET = 'no traffic left';
type Plan = { readonly 'x-plan': string };

/** A request of an application; its connection stays open afterwards. */
const POOL = `
const { Agent, get } = require('node:http');
const agent = new Agent({ keepAlive: true });
get(process.argv[1], { agent }, (answer) => answer.resume().on('end', () => console.log(answer.statusCode)));
setInterval(() => {}, 1e6);
`;

describe.each(ENVOYS)('%s', (variable) => {
  let scene: Scene<StopsHost>;
  beforeAll(async () => {
    scene = await openStops('stops', variable);
  });
  afterAll(() => scene?.close());

  /** Restarts the agent of a host with these drain settings. */
  async function withDrain(host: StopsHost, env: Readonly<Record<string, string>>): Promise<Program> {
    await stopAgent(scene.actors[host].agent());
    return startAgain(scene.actors[host], env);
  }

  const url = (host: StopsHost) => `http://${scene.actors[host].host.address}:${HTTP}/`;

  const isDraining = (host: Host) =>
    until('the drain', async () => {
      const answer = await askFrom(host, 'http://127.0.0.1:9902/status');
      return (
        'body' in answer && (JSON.parse(answer.body) as { envoyState: string }).envoyState === 'DRAINING'
      );
    });

  test.each([
    'gate',
    'one',
  ] as const)('idle connections do not delay the stop of %s: of a caller, of a gateway to itself, of an application to its sidecar', async (name) => {
    const agent = await withDrain(name, LONG);
    const pool = keepAlive(1);
    expect(await request(url(name), { agent: pool })).toMatchObject({ status: 200 });
    const { host } = scene.actors[name];
    if (name === 'one')
      await host.spawn('pool', process.execPath, ['-e', POOL, `http://other.local:${HTTP}/`]).line(/^200$/);
    expect(await stopAgent(agent)).toBe(QUIET);
    pool.destroy();
    await startAgain(scene.actors[name]);
  });

  test('a stop waits for a request in flight, inbound or outbound', async () => {
    const { one, two } = scene.actors;
    for (const ask of [
      (headers: Plan) => request(url('one'), { headers }),
      (headers: Plan) => one.caller.ask({ kind: 'http', url: `http://other.local:${HTTP}/`, headers }),
    ]) {
      const agent = await withDrain('one', LONG);
      const group = randomUUID();
      const asked = ask({ 'x-plan': `held:${group}` });
      await until('the request', async () => (await active()) === 1);
      const stopping = stopAgent(agent);
      await isDraining(one.host);
      // c-ares merges the lines of a hosts file that share a name, so `other.local` has the addresses of both.
      await Promise.all([one.release(group), two.release(group)]);
      expect(await stopping).toBe(QUIET);
      expect(await asked).toMatchObject({ status: 200 });
      await startAgain(one);
    }

    async function active(): Promise<number> {
      const stats = await scene.actors.one.admin().stats('^http\\.(in|e)gress.*downstream_rq_active$');
      return [...stats.values()].reduce((sum, count) => sum + count, 0);
    }
  });

  test('a stop waits for an open TCP connection, inbound or outbound, and serves it', async () => {
    const { host } = scene.actors.one;
    const holder = await startHolder(host);
    for (const open of [
      async () => {
        const socket = connect(TCP, host.address);
        socket.on('error', () => undefined);
        await once(socket, 'data');
        return {
          isServed: async () => {
            socket.write('still there');
            await once(socket, 'data');
          },
          close: async () => void socket.destroy(),
        };
      },
      async () => {
        await holder.hold('open', { host: 'other.local', port: TCP, count: 1 }, true);
        return {
          isServed: async () => expect(await holder.look('open')).toEqual({ cut: 0, alive: 1 }),
          close: () => holder.drop('open'),
        };
      },
    ]) {
      const agent = await withDrain('one', LONG);
      const { isServed, close } = await open();
      const stopping = stopAgent(agent);
      await isDraining(host);
      // Longer than a drain without traffic takes.
      const load = startLoad({ hosts: [host.address], port: HTTP, perSecond: 20 });
      await until('requests', () => load.tally().requests >= 60);
      expect((await load.stop()).failed).toEqual({});
      await isServed();
      await close();
      expect(await stopping).toBe(QUIET);
      await startAgain(scene.actors.one);
    }
  });

  test('an open TCP connection delays no stop beyond its time limit', async () => {
    const agent = await withDrain('one', SHORT);
    const socket = connect(TCP, scene.actors.one.host.address);
    socket.on('error', () => undefined);
    await once(socket, 'data');
    expect(await stopAgent(agent)).toBe('time limit reached');
    socket.destroy();
    await startAgain(scene.actors.one);
  });

  test('without a second instance a stop takes its whole time, and serves, even if connections are short', async () => {
    const agent = await withDrain('gate', SHORT);
    const load = startLoad({
      hosts: [scene.actors.gate.host.address],
      port: HTTP,
      perSecond: 150,
      fresh: true,
    });
    await until('requests', () => load.tally().requests > 10);
    expect(await stopAgent(agent)).toBe('time limit reached');
    const { failed } = await load.stop();
    // Reset if the kernel had accepted a connection, and Envoy had not when it closed its listener.
    expect(Object.keys(failed).filter((what) => what !== 'ECONNRESET')).toEqual([]);
    await startAgain(scene.actors.gate);
  });

  test.each([
    'node',
    'gateway, deregistered',
  ] as const)('with a second instance and 200 requests per second, stops lose none: %s', async (what) => {
    const options = { stops: 2, perSecond: 200, drainSeconds: what === 'node' ? 5 : 110 };
    expect(await stopUnderLoad(scene, what, options)).toMatchObject({
      failed: {},
      refused: 0,
      ends: { [what === 'node' ? 'time limit reached' : QUIET]: 2 },
    });
  });

  test('a filter chain that changes under load loses no request: its connections are told to close', async () => {
    const { one } = scene.actors;
    const load = startLoad({ hosts: [one.host.address], port: HTTP, perSecond: 200 });
    const changes = () => one.admin().stat('listener_manager.listener_in_place_updated');
    const before = await changes();
    const logging = { accessLog: { file: { path: '/dev/null' } } };
    const body = JSON.stringify({ spec: { ...TARGET, logging } });
    const path = '/v20190125/meshes/m/virtualNodes/target';
    expect(await request(`${scene.controlPlane.endpoint}${path}`, { method: 'PUT', body })).toMatchObject({
      status: 200,
    });
    await until('a change', async () => (await changes()) > before);
    const { requests } = load.tally();
    await until('requests', () => load.tally().requests > requests + 100);
    expect(await load.stop()).toMatchObject({ failed: {}, refused: 0 });
  });
});
