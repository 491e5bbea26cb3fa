// A mesh whose secrets come from a real SPIRE, as docs/spire.md describes it, with both Envoys. Needs root, DAYBREAK_ENVOY and DAYBREAK_ENVOY_OLDEST,
// and SPIRE's programs: `node test/long/spire.ts --spire FOLDER`, or without the flag Go, which builds them.
import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Status } from '../../agent/status/status.ts';
import { ENVOYS, envoyOf } from '../../controlplane/translate/testing/real-envoy.ts';
import { appMeshClient } from '../../demo/color-model.ts';
import { askFrom } from '../lab/clients/ask.ts';
import { startControlPlane } from '../lab/programs/control-plane.ts';
import type { Host } from '../lab/host.ts';
import { request } from '../lab/clients/http.ts';
import { createLab } from '../lab/lab.ts';
import { openLoopback } from '../lab/net/loopback.ts';
import { stage, type Stage } from '../lab/stage.ts';
import { until } from '../lab/until.ts';
import { makeModel, SERVER_PORT, setClient } from '../tls/testing/spire-model.ts';
import {
  buildSpire,
  joinSpire,
  spiffeId,
  SPIRE_PORT,
  startSpireServer,
  TRUST_DOMAIN,
} from '../tls/testing/spire.ts';

const URL_OF_SERVER = `http://server:${SERVER_PORT}/`;
const UID = 1337;
const OTHER_UID = 1338;
/** So short that the test sees several renewals. */
const TTL_SECONDS = 40;
const RENEWALS = 3;
const PATIENCE = { limitMs: 120_000, everyMs: 200 };

const ENTRY = { id: 'server', node: 'node-server', uid: UID, ttlSeconds: TTL_SECONDS };

const { values } = parseArgs({
  options: {
    spire: { type: 'string' },
    version: { type: 'string', default: 'v1.13.3' },
  },
});

type Sidecar = { readonly status: () => Promise<Status>; readonly secret: (name: string) => Promise<Secret> };
type Secret = Status['daybreak']['certificates'][number] | undefined;

/** Returns the counters; throws if an outcome is wrong. */
async function story(envoy: string): Promise<Readonly<Record<string, number>>> {
  const lab = await createLab({ name: 'spire' });
  try {
    const control = await lab.host('control');
    const stageOf = await stage(lab, envoy);
    const controlPlane = await startControlPlane(control, stageOf);
    const api = appMeshClient(controlPlane.endpoint);
    await makeModel(api);
    const server = await lab.host('server');
    const client = await lab.host('client');
    // A second Envoy on the client's machine: the same SPIRE agent, another user.
    const other = await lab.host('other');

    const spire = await startSpireServer(control, programs);
    const onServer = await joinSpire(server, programs, spire, 'node-server');
    const onClient = await joinSpire(client, programs, spire, 'node-client');
    await Promise.all([onServer.start(), onClient.start()]);

    await startApp(server);
    const at = (host: Host, name: string, socket: string, uid: number, ports: string) =>
      startSidecar(host, stageOf, { name, xds: controlPlane.xds, socket, uid, ports });
    const serverSide = await at(server, 'server', onServer.socket, UID, `${SERVER_PORT}`);
    const clientSide = await at(client, 'client', onClient.socket, UID, '');
    const otherSide = await at(other, 'other', onClient.socket, OTHER_UID, '');

    say('no entry: the listener waits, with the words of SPIRE');
    const refused = await until(
      'the words of SPIRE',
      async () => {
        const found = await serverSide.secret(spiffeId('server'));
        return found?.problem?.includes('workload is not authorized') === true && found;
      },
      PATIENCE,
    );
    check(refused.state === 'waiting', refused);
    check((await serverSide.status()).healthStatus === 'UNHEALTHY', 'the server is healthy without a secret');

    say('entries: everything comes up');
    const entry = (id: string, node: string, uid: number) =>
      spire.register({ id, node, uid, ttlSeconds: TTL_SECONDS });
    await spire.register(ENTRY);
    await entry('client', 'node-client', UID);
    await entry('other', 'node-client', OTHER_UID);
    await until(
      'healthy',
      async () => {
        const { healthStatus, daybreak } = await serverSide.status();
        if (healthStatus !== 'HEALTHY') throw new Error(JSON.stringify(daybreak));
        return true;
      },
      PATIENCE,
    );
    await until(
      'the client has its SVID',
      async () => isServed(await clientSide.secret(spiffeId('client'))),
      PATIENCE,
    );
    await until(
      'the other has its own',
      async () => isServed(await otherSide.secret(spiffeId('other'))),
      PATIENCE,
    );
    await until('200', async () => (await answerTo(client)) === 200, PATIENCE);
    const trust = await clientSide.secret(`spiffe://${TRUST_DOMAIN}`);
    check(isServed(trust) && trust?.source === 'sds' && trust.kind === 'trust', trust);

    say('one uid a node: the other user has another id, and is turned away');
    check((await answerTo(other)) === 503, 'the other client was let in');

    say(`renewals: ${RENEWALS} of them under load`);
    const load = startLoad(client);
    const ends = new Set<string | undefined>();
    await until(
      `${RENEWALS} renewals`,
      async () => {
        ends.add((await serverSide.secret(spiffeId('server')))?.expires);
        return ends.size > RENEWALS;
      },
      { limitMs: 300_000, everyMs: 1000 },
    );
    const counted = await load.stop();
    check(counted.failed === 0 && counted.requests > 0, counted);

    say('SPIRE is gone until the SVID has expired: that is said, connections go on, and new ones fail');
    await onServer.stop();
    const expired = await until(
      'expired',
      async () => {
        const found = await serverSide.secret(spiffeId('server'));
        return found?.state === 'expired' && found;
      },
      PATIENCE,
    );
    check(expired.problem?.includes('there is no such socket') === true, expired);
    check((await serverSide.status()).healthStatus === 'HEALTHY', 'an expired SVID made the agent unhealthy');
    check((await answerTo(client)) === 200, 'a connection ended with the SVID that it was made with');
    const { envoyPid } = await clientSide.status();
    process.kill(Number(envoyPid), 'SIGKILL');
    await until('another Envoy', async () => (await clientSide.status()).envoyPid !== envoyPid, PATIENCE);
    await until('503', async () => (await answerTo(client)) === 503, PATIENCE);

    say('SPIRE is back');
    await onServer.start();
    const back = performance.now();
    await until('200', async () => (await answerTo(client)) === 200, PATIENCE);
    const backSeconds = Math.round((performance.now() - back) / 100) / 10;
    await until('served', async () => isServed(await serverSide.secret(spiffeId('server'))), PATIENCE);

    say('another id than the one that the policy names is refused, whatever its authority');
    await setClient(api, 'elsewhere');
    await until('503', async () => (await answerTo(client)) === 503, PATIENCE);

    say('the entry is taken back: the SVID stays, and the status says that it is not renewed');
    await spire.unregister('server');
    await until(
      'the words of SPIRE',
      async () => {
        const found = await serverSide.secret(spiffeId('server'));
        return found?.problem?.includes('the secret is not renewed until this is fixed') === true;
      },
      PATIENCE,
    );
    return { requests: counted.requests, failed: counted.failed, backSeconds };
  } finally {
    await lab.close();
  }
}

async function startApp(host: Host): Promise<void> {
  const app = join(import.meta.dirname, '../tls/testing/app.ts');
  await host.spawn('app', process.execPath, [app, `${SERVER_PORT}`]).line(/ready/);
}

type SidecarPlan = {
  readonly name: string;
  readonly xds: string;
  readonly socket: string;
  readonly uid: number;
  readonly ports: string;
};

/** Starts as root, and switches to the uid: with `DAYBREAK_UID` for the agent, and `APPMESH_IGNORE_UID` for the rules. */
async function startSidecar(
  host: Host,
  { node, daybreak, envoy }: Stage,
  { name, xds, socket, uid, ports }: SidecarPlan,
): Promise<Sidecar> {
  const rules = {
    APPMESH_APP_PORTS: ports,
    APPMESH_IGNORE_UID: `${uid}`,
    // SPIRE's agent is on the host as well, and its traffic is not part of the mesh.
    APPMESH_EGRESS_IGNORED_PORTS: `${SPIRE_PORT}`,
  };
  await host.exec(node, [daybreak, 'proxyinit'], { env: rules });
  const runFolder = join(host.folder, 'run');
  mkdirSync(runFolder);
  chownSync(runFolder, uid, uid);
  host.spawn('agent', node, [daybreak, 'agent'], {
    log: join(host.folder, 'agent.log'),
    env: {
      APPMESH_VIRTUAL_NODE_NAME: `mesh/m/virtualNode/${name}`,
      APPMESH_XDS_ENDPOINT: xds,
      APPMESH_SDS_SOCKET_PATH: socket,
      DAYBREAK_UID: `${uid}`,
      DAYBREAK_ENVOY: envoy,
      DAYBREAK_RUN_DIR: runFolder,
      ENVOY_ADMIN_ACCESS_LOG_FILE: '/dev/null',
      HC_POLL_INTERVAL_MS: '2000',
    },
  });
  const { socketPath } = await openLoopback(host, 9902);
  const status = async () =>
    JSON.parse((await request('http://localhost/status', { socketPath })).body) as Status;
  return {
    status,
    secret: async (wanted) => (await status()).daybreak.certificates.find((each) => each.name === wanted),
  };
}

function isServed(secret: Secret): boolean {
  return secret?.state === 'served' && secret.problem === undefined;
}

async function answerTo(host: Host): Promise<number | string> {
  const outcome = await askFrom(host, URL_OF_SERVER);
  return 'status' in outcome ? outcome.status : outcome.error;
}

/** Sends requests without a pause, each from a new process. */
function startLoad(host: Host): { stop(): Promise<{ requests: number; failed: number }> } {
  const stopped = new AbortController();
  let [requests, failed] = [0, 0];
  const all = (async () => {
    while (!stopped.signal.aborted) {
      requests += 1;
      if ((await answerTo(host)) !== 200) failed += 1;
      await sleep(10);
    }
  })();
  return {
    async stop() {
      stopped.abort();
      await all;
      return { requests, failed };
    },
  };
}

function say(what: string): void {
  process.stdout.write(`${what}\n`);
}

function check(isSo: boolean, what: unknown): void {
  if (!isSo) throw new Error(`not as it should be: ${JSON.stringify(what)}`);
}

const built = values.spire === undefined ? mkdtempSync(join(tmpdir(), 'spire-')) : undefined;
const programs = values.spire ?? built ?? '';
try {
  if (built !== undefined) await buildSpire(built, values.version);
  for (const variable of ENVOYS) {
    process.stdout.write(`${JSON.stringify({ envoy: variable, ...(await story(envoyOf(variable))) })}\n`);
  }
} finally {
  if (built !== undefined) rmSync(built, { recursive: true });
}
