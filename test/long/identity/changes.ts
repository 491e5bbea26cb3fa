// Traffic between real Envoys of each release through all changes of identity: `DAYBREAK_ENVOY=… DAYBREAK_ENVOY_OLDEST=… node
// test/long/identity/changes.ts [ROUNDS] [--logs FOLDER]`. Needs root. Six kinds of client send 200 requests a second, while the mesh goes from OFF
// over PERMISSIVE to STRICT, authorization through its modes, five times all certificates are renewed, the root is replaced, and all goes back; the
// control plane is killed in each step. A virtual gateway calls the server meanwhile, and the caller calls a sidecar without a certificate; that one
// calls the server until STRICT, which refuses it. The script prints a line per step, and exits with 1 if a request failed, or if a renewal closed
// a connection. `--logs` keeps the logs of the control plane and the sidecars.
import { parseArgs } from 'node:util';
import { ENVOYS, envoyOf } from '../../../controlplane/translate/testing/real-envoy.ts';
import { addOthers, OLD, type Others } from '../../identity/testing/mutual/others.ts';
import { killAndStart, renewAll, replaceRoot } from '../../identity/testing/mutual/renewals.ts';
import { PORTS } from '../../identity/testing/mutual/ports.ts';
import {
  failing,
  openMutualScene,
  type Client,
  type MutualScene,
} from '../../identity/testing/mutual/scene.ts';
import type { Program } from '../../lab/programs/program.ts';
import { until } from '../../lab/until.ts';
import { keepLogs } from './keep-logs.ts';

const RENEWALS = 5;
const LIMITS = { limitMs: 600_000, everyMs: 1000 };
/** The client that keeps a connection counts no question on a connection that is closed. */
const REFUSABLE: readonly Client[] = ['http, new connections', 'tcp', 'http2', 'grpc'];
const PROBE_MS = 3000;

const { values, positionals } = parseArgs({ allowPositionals: true, options: { logs: { type: 'string' } } });
const rounds = Number(positionals[0] ?? 1);

for (const variable of ENVOYS) {
  const scene = await openMutualScene(`changes-${process.pid}`, envoyOf(variable));
  const others = await addOthers(scene);
  try {
    for (let round = 1; round <= rounds; round += 1) await play(scene, others, `${variable} round ${round}`);
  } finally {
    keepLogs(scene.lab, values.logs && `${values.logs}/${variable}`);
    await others.close();
    await scene.close();
  }
}

async function play(scene: MutualScene, others: Others, name: string): Promise<void> {
  const loads = new Map<string, Program>([
    ['client to server', scene.startLoad()],
    ['gateway to server', others.startLoad('gateway to server')],
    ['client to old', others.startLoad('client to old')],
    ['old to server, before STRICT', others.startLoad('old to server')],
  ]);
  const { step, mode } = stepsOf(scene, name);
  await mode('{ mtls: PERMISSIVE }');
  await step('mutual TLS in every protocol, also of the gateway', () => allByTls(scene, others));
  await step('the report names the sidecar without a certificate', async () => {
    await until('it does', async () => (await others.plainCallers()).includes(OLD), LIMITS);
    await others.exempt(true);
    const refused = await scene.secure('{ mtls: STRICT }').then(
      () => false,
      () => true,
    );
    if (!refused) throw new Error('STRICT was not refused');
  });
  const early = await endLoad(scene, name, loads, 'old to server, before STRICT');
  await mode('{ mtls: STRICT, forceStrict: true }');
  for (const authorization of ['AUDIT', 'ENFORCE', 'AUDIT', 'OFF'])
    await mode(`{ mtls: STRICT, authorization: ${authorization} }`);
  await step('the sidecar without a certificate is refused', () => refusesOld(scene, others));
  const before = await scene.closedByCaller();
  for (let renewal = 1; renewal <= RENEWALS; renewal += 1)
    await step(`renewal ${renewal}`, () => renewAll(scene, true));
  await step('a new root', () => replaceRoot(scene, true));
  const closed = (await scene.closedByCaller()) - before;
  await mode('{ mtls: PERMISSIVE }');
  await step('the sidecar without a certificate is served', () => servesOld(scene, others));
  loads.set('old to server, after STRICT', others.startLoad('old to server'));
  await mode('{ mtls: OFF }');
  await others.exempt(false);
  await step('no chain for mutual TLS on tcp', async () => {
    await until('it is gone', async () => !(await scene.takesMutual(PORTS.tcp)), LIMITS);
  });

  let failed = early;
  for (const path of loads.keys()) failed += await endLoad(scene, name, loads, path);
  process.stdout.write(
    `${name}\t${failed} requests failed; ${closed} connections closed by a renewal; ${await scene.failedConnects()} tcp connections made again\n`,
  );
  if (failed > 0 || closed > 0) process.exitCode = 1;
}

function stepsOf(scene: MutualScene, name: string) {
  const step = async (what: string, work: () => Promise<void>) => {
    const begun = Date.now();
    await work();
    const seconds = Math.round((Date.now() - begun) / 1000);
    process.stdout.write(`${name}\t${new Date(begun).toISOString()}\t${what}\t${seconds} s\n`);
  };
  const mode = (spec: string) =>
    step(spec, async () => {
      await scene.secure(spec);
      await killAndStart(scene);
      await scene.allInSync();
    });
  return { step, mode };
}

async function allByTls(scene: MutualScene, others: Others): Promise<void> {
  await until(
    'handshakes in every protocol',
    async () => {
      const counts = { ...(await scene.handshakes()), gateway: await others.gatewayHandshakes() };
      return [counts.tcp, counts.http, counts.http2, counts.grpc, ...Object.values(counts.gateway)].every(
        (count) => count > 0,
      );
    },
    LIMITS,
  );
}

/** Sends requests of the sidecar without a certificate for some seconds. Returns how many there were, and how many failed. */
async function probeOld(scene: MutualScene, others: Others) {
  const load = others.startLoad('old to server', REFUSABLE);
  await new Promise((resolve) => setTimeout(resolve, PROBE_MS));
  const counts = Object.entries(await scene.endLoad(load));
  return counts.map(([kind, { requests, failed }]) => ({ kind, requests, failed }));
}

async function refusesOld(scene: MutualScene, others: Others): Promise<void> {
  await until(
    'all its requests fail',
    async () =>
      (await probeOld(scene, others)).every(({ requests, failed }) => requests > 0 && failed === requests),
    LIMITS,
  );
}

async function servesOld(scene: MutualScene, others: Others): Promise<void> {
  await until(
    'no request of it fails',
    async () => (await probeOld(scene, others)).every(({ requests, failed }) => requests > 0 && failed === 0),
    LIMITS,
  );
}

/** Ends a load, and prints its counts. Returns how many requests failed. */
async function endLoad(
  scene: MutualScene,
  name: string,
  loads: Map<string, Program>,
  path: string,
): Promise<number> {
  const load = loads.get(path);
  if (load === undefined) return 0;
  loads.delete(path);
  const counts = await scene.endLoad(load);
  const all = Object.values(counts);
  const requests = all.reduce((sum, each) => sum + each.requests, 0);
  const failures = failing(counts);
  const cut = all.reduce((sum, { closed = 0 }) => sum + closed, 0);
  process.stdout.write(
    `${name}\t${path}: ${requests} requests, ${failures.length === 0 ? 'none' : JSON.stringify(failures)} failed; ${cut} kept tcp connections cut with their chains\n`,
  );
  return all.reduce((sum, { failed }) => sum + failed, 0);
}
