// Traffic between two real Envoys of each release through all changes of identity: `DAYBREAK_ENVOY=… DAYBREAK_ENVOY_OLDEST=… node
// test/long/identity/changes.ts [ROUNDS]`. Needs root. Six kinds of client send 200 requests a second, while the mesh goes from OFF over
// PERMISSIVE to STRICT, authorization through its modes, five times all certificates are renewed, the root is replaced, and all goes back; the
// control plane is killed in each step. It prints a line per step, and exits with 1 if a request failed, or if a renewal closed a connection.
import { ENVOYS, envoyOf } from '../../../controlplane/translate/testing/real-envoy.ts';
import { killAndStart, renewAll, replaceRoot } from '../../identity/testing/mutual/renewals.ts';
import { PORTS } from '../../identity/testing/mutual/ports.ts';
import { failing, openMutualScene, type MutualScene } from '../../identity/testing/mutual/scene.ts';
import { until } from '../../lab/until.ts';

const RENEWALS = 5;
const LIMITS = { limitMs: 600_000, everyMs: 1000 };
const rounds = Number(process.argv[2] ?? 1);

for (const variable of ENVOYS) {
  const scene = await openMutualScene(`changes-${process.pid}`, envoyOf(variable));
  try {
    for (let round = 1; round <= rounds; round += 1) await play(scene, `${variable} round ${round}`);
  } finally {
    await scene.close();
  }
}

async function play(scene: MutualScene, name: string): Promise<void> {
  const load = scene.startLoad();
  const step = async (what: string, work: () => Promise<void>) => {
    const begun = Date.now();
    await work();
    process.stdout.write(`${name}\t${what}\t${Math.round((Date.now() - begun) / 1000)} s\n`);
  };
  const mode = (spec: string) =>
    step(spec, async () => {
      await scene.secure(spec);
      await killAndStart(scene);
      await scene.allInSync();
    });
  await mode('{ mtls: PERMISSIVE }');
  await until(
    'mutual TLS in every protocol',
    async () => Object.values(await scene.handshakes()).every((count) => count > 0),
    LIMITS,
  );
  await mode('{ mtls: STRICT, forceStrict: true }');
  for (const authorization of ['AUDIT', 'ENFORCE', 'AUDIT', 'OFF'])
    await mode(`{ mtls: STRICT, authorization: ${authorization} }`);
  // The change to STRICT may still go on.
  await new Promise((resolve) => setTimeout(resolve, 70_000));
  const before = await scene.closedByCaller();
  for (let renewal = 1; renewal <= RENEWALS; renewal += 1)
    await step(`renewal ${renewal}`, () => renewAll(scene, true));
  await step('a new root', () => replaceRoot(scene, true));
  const closed = (await scene.closedByCaller()) - before;
  await mode('{ mtls: PERMISSIVE }');
  await mode('{ mtls: OFF }');
  await step('no chain for mutual TLS on tcp', async () => {
    await until('it is gone', async () => !(await scene.takesMutual(PORTS.tcp)), LIMITS);
  });

  const counts = await scene.endLoad(load);
  const requests = Object.values(counts).reduce((sum, each) => sum + each.requests, 0);
  const failed = failing(counts);
  const cut = counts['tcp, kept'].closed ?? 0;
  process.stdout.write(
    `${name}\t${requests} requests, ${failed.length === 0 ? 'none' : JSON.stringify(failed)} failed; ${closed} connections closed by a renewal; ${cut} kept tcp connections cut with their chains\n`,
  );
  if (failed.length > 0 || closed > 0) process.exitCode = 1;
}
