import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ANY_CREDENTIALS, createCloudMapServices } from '../../controlplane/discovery/testing/cloud-map.ts';
import { startMoto, type Moto } from '../../controlplane/discovery/testing/moto.ts';
import { startControlPlane, type ControlPlane } from '../lab/programs/control-plane.ts';
import { openEnvoyAdmin } from '../lab/clients/envoy-admin.ts';
import { keepAlive, request } from '../lab/clients/http.ts';
import type { Host } from '../lab/host.ts';
import { createLab, type Lab } from '../lab/lab.ts';
import type { Program } from '../lab/programs/program.ts';
import { startAgent, startSidecar, writeRules } from '../lab/programs/sidecar.ts';
import { stage, type Stage } from '../lab/stage.ts';
import { until } from '../lab/until.ts';
import { createRollingModel, PORT } from './rolling-model.ts';
import { errorCode } from '../../common/error-code.ts';

// Two tasks of a virtual node behind Cloud Map (moto), replaced one after the other as ECS does: the application is stopped first, its proxy when the
// application has ended, and Cloud Map learns of it last. The caller is another host with a proxy.

const CLUSTER = `cds_egress_m_app_http_${PORT}`;
const INSTANCES = ['one', 'two'] as const;
type InstanceName = (typeof INSTANCES)[number];

/** Options of the scene. */
export type RollingOptions = {
  /** Whether agents can read the metadata of their task. Default: true. */
  readonly metadata?: boolean;
  /** Whether callers retry, as they do by default. Default: true. */
  readonly retries?: boolean;
};

/**
 * How an application stops, and how long ECS then takes to stop its proxy, in milliseconds. Default: 3,000. An application that goes on until its
 * callers know ends once a second has passed without a request.
 */
export type Stopping = {
  readonly app: 'goes on for 2 s' | 'goes on until its callers know' | 'ends at once';
  readonly gapMs?: number;
};

/** The signal of each; without one, the application goes on. */
const STOP_SIGNALS = {
  'goes on for 2 s': 'SIGTERM',
  'goes on until its callers know': undefined,
  'ends at once': 'SIGINT',
} as const satisfies Record<Stopping['app'], NodeJS.Signals | undefined>;

/** One failed request: how long after the last stop of an application it was sent, in milliseconds, and its outcome. */
export type FailedRequest = { readonly afterStopMs: number; readonly outcome: string };

/** The outcome of replacements. `late`: failed requests that were sent after the callers' endpoints had changed. */
export type RollingTally = {
  readonly requests: number;
  readonly failed: readonly FailedRequest[];
  readonly late: readonly FailedRequest[];
};

/** The scene. */
export type Rolling = {
  readonly controlPlane: ControlPlane;
  /** Replaces both tasks alternately, `times` times, under 200 requests a second. */
  replace(times: number, stopping: Stopping): Promise<RollingTally>;
  close(): Promise<void>;
};

/**
 * An application that goes on for 2 s after SIGTERM, with everything that it serves, and ends at once after SIGINT, and after SIGUSR2 once twenty looks
 * in a row, 50 ms apart, have seen no new request: after a pause of the process, a look may come before the requests that wait. It never closes an idle connection, which Envoy might be about to use.
 */
const APP = `
let requests = 0;
const server = require('node:http').createServer((request, response) => {
  requests += 1;
  response.end('ok');
});
server.listen(${PORT}, () => console.log('ready')).keepAliveTimeout = 600_000;
process.on('SIGTERM', () => setTimeout(() => process.exit(0), 2000));
process.on('SIGUSR2', () => {
  let seen = requests;
  let quiet = 0;
  setInterval(() => {
    quiet = seen === requests ? quiet + 1 : 0;
    seen = requests;
    if (quiet === 20) process.exit(0);
  }, 50);
});
`;

type Task = { readonly host: Host; app: Program; agent: Program };

/** Creates the scene, and waits until requests reach both tasks. */
export async function openRolling(name: string, envoy: string, options: RollingOptions): Promise<Rolling> {
  const lab = await createLab({ name });
  const desired = new Map<string, string>();
  const metadata = await serveMetadata(lab, desired);
  const moto = await startMoto(lab.address);
  const close = async (): Promise<void> => {
    await lab.close();
    metadata.close();
    await moto.stop();
  };
  try {
    return { ...(await furnish(lab, envoy, moto, { ...options, desired, metadataServer: metadata })), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function furnish(
  lab: Lab,
  envoy: string,
  moto: Moto,
  options: RollingOptions & { readonly desired: Map<string, string>; readonly metadataServer: Server },
): Promise<Omit<Rolling, 'close'>> {
  const programs = await stage(lab, envoy);
  const service = await createCloudMapServices(moto.endpoint)('prod', 'app');
  const controlPlane = await startControlPlane(await lab.host('control', { dns: ['app.local'] }), programs, {
    flags: ['--cloud-map-interval', '1'],
    env: {
      AWS_ENDPOINT_URL: moto.endpoint,
      AWS_ACCESS_KEY_ID: ANY_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: ANY_CREDENTIALS.secretAccessKey,
    },
  });
  await createRollingModel(controlPlane.endpoint, options.retries ?? true);
  const { port } = options.metadataServer.address() as AddressInfo;
  const envOf = (name: string): Readonly<Record<string, string>> =>
    options.metadata === false
      ? {}
      : { ECS_CONTAINER_METADATA_URI_V4: `http://${lab.address}:${port}/${name}` };

  async function startTask(name: InstanceName, host: Host): Promise<Task> {
    options.desired.set(name, 'RUNNING');
    const app = host.spawn('app', process.execPath, ['-e', APP]);
    await app.line(/^ready$/);
    const resource = 'mesh/m/virtualNode/app';
    const agent = startAgent(host, programs, {
      resource,
      xds: controlPlane.xds,
      appPorts: `${PORT}`,
      env: envOf(name),
    });
    await agent.line(/Envoy is LIVE/);
    await until(
      `${name} serves`,
      async () => (await request(`http://${host.address}:${PORT}/`)).status === 200,
    );
    await service.register(name, { AWS_INSTANCE_IPV4: host.address });
    return { host, app, agent };
  }

  const tasks = new Map<InstanceName, Task>();
  for (const name of INSTANCES) {
    const host = await lab.host(name);
    await writeRules(host, programs, `${PORT}`);
    tasks.set(name, await startTask(name, host));
  }
  const caller = await startCaller(lab, programs, controlPlane);
  const admin = await openEnvoyAdmin(caller);
  const members = (): Promise<number | undefined> => admin.stat(`cluster.${CLUSTER}.membership_total`);
  await until('both tasks', async () => (await members()) === 2);
  await until('an answer', async () => (await ask(caller)) === '200');

  return {
    controlPlane,
    async replace(times, { app, gapMs = 3000 }) {
      const load = startLoad(caller);
      await until('requests', () => load.requests() > 100);
      for (let index = 0; index < times; index += 1) {
        const name = INSTANCES[index % 2] ?? 'one';
        const task = tasks.get(name);
        if (task === undefined) throw new Error('no task');
        options.desired.set(name, 'STOPPED');
        load.stopped();
        const signal = STOP_SIGNALS[app];
        if (signal !== undefined) task.app.kill(signal);
        // The callers learn of the stop although the proxy and Cloud Map go on.
        if (options.metadata !== false) {
          await until('one task', async () => (await members()) === 1, { everyMs: 50 });
          // The workers of the caller's Envoy know it a moment later.
          await load.passes(200);
          load.changed();
        }
        if (signal === undefined) task.app.kill('SIGUSR2');
        await task.app.ended;
        await sleep(gapMs);
        await task.agent.stop();
        await service.deregister(name);
        tasks.set(name, await startTask(name, task.host));
        await until('both tasks', async () => (await members()) === 2);
        const enough = load.requests() + 100;
        await until('further requests', () => load.requests() > enough);
      }
      return load.end();
    },
  };
}

/** An application that answers each request with the status of a request of its own to `app.local`, through its proxy. */
const CALLER = `
const http = require('node:http');
const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
http.createServer((incoming, response) => {
  const answer = (text) => response.end(text);
  http.get({ host: 'app.local', port: ${PORT}, agent, timeout: 10000 }, (got) => {
    got.resume();
    got.on('end', () => answer(String(got.statusCode)));
    got.on('error', (error) => answer(error.code));
  }).on('error', (error) => answer(error.code));
}).listen(${PORT}, () => console.log('ready')).keepAliveTimeout = 600_000;
`;

async function startCaller(lab: Lab, programs: Stage, { xds }: ControlPlane): Promise<Host> {
  const host = await lab.host('caller');
  const app = host.spawn('app', process.execPath, ['-e', CALLER]);
  await app.line(/^ready$/);
  const resource = 'mesh/m/virtualNode/caller';
  const agent = await startSidecar(host, programs, { resource, xds, appPorts: `${PORT}` });
  await agent.line(/Envoy is LIVE/);
  return host;
}

const connections = keepAlive(16);

async function ask(host: Host): Promise<string> {
  try {
    const { status, body } = await request(`http://${host.address}:${PORT}/`, { agent: connections });
    return status === 200 ? body : `${status} of the caller`;
  } catch (error) {
    return errorCode(error) ?? String(error);
  }
}

function startLoad(host: Host) {
  const over = new AbortController();
  const failed: FailedRequest[] = [];
  const running = new Set<Promise<void>>();
  let requests = 0;
  let stoppedAt = performance.now();
  let changedAt = -Infinity;
  const late: FailedRequest[] = [];
  async function one(): Promise<void> {
    const sentAt = performance.now();
    const outcome = await ask(host);
    requests += 1;
    if (outcome === '200') return;
    const failure = { afterStopMs: Math.round(sentAt - stoppedAt), outcome };
    failed.push(failure);
    if (changedAt > stoppedAt && sentAt > changedAt) late.push(failure);
  }
  const pace = (async () => {
    while (!over.signal.aborted) {
      if (running.size < 64) {
        const asking: Promise<void> = one().then(() => void running.delete(asking));
        running.add(asking);
      }
      await sleep(5);
    }
  })();
  return {
    requests: () => requests,
    stopped: () => void (stoppedAt = performance.now()),
    /** Waits for the end of all requests that are under way, and of `count` further ones. */
    async passes(count: number): Promise<void> {
      const enough = requests + running.size + count;
      await Promise.all(running);
      await until('further requests', () => requests >= enough);
    },
    /** The callers' endpoints have changed. */
    changed: () => void (changedAt = performance.now()),
    async end(): Promise<RollingTally> {
      over.abort();
      await pace;
      await Promise.all(running);
      return { requests, failed, late };
    },
  };
}

/** Stands in for the task metadata of ECS: `/NAME/task`. */
async function serveMetadata({ address }: Lab, desired: ReadonlyMap<string, string>): Promise<Server> {
  const server = createServer((incoming, response) => {
    const [, name = ''] = /^\/(\w+)\/task$/.exec(incoming.url ?? '') ?? [];
    response.end(JSON.stringify({ DesiredStatus: desired.get(name), KnownStatus: 'RUNNING' }));
  });
  server.listen(0, address);
  await once(server, 'listening');
  return server;
}
