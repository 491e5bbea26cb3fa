// The cost of mutual TLS and of authorization per request, compared with the same two Envoys that are configured by hand.
import { readFile, writeFile } from 'node:fs/promises';
import { makeTestAuthority } from '../../controlplane/translate/access/testing/test-certificates.ts';
import { until } from '../../test/lab/until.ts';
import { PORTS } from '../../test/identity/testing/mutual/ports.ts';
import { openMutualScene, SERVICE, type MutualScene } from '../../test/identity/testing/mutual/scene.ts';
import { readRounds, type BenchRow, type RunBench } from '../figures/bench.ts';
import { envoyOf, untilAnswers, type MeasuredPath } from '../data-path/measured-path.ts';
import { CONDITIONS, measureSides, rowsOf } from '../data-path/rounds.ts';
import { startSmallestPath } from '../data-path/smallest-path.ts';

const PORT = PORTS.http;
const PRINCIPALS = 1000;
/** The most callers of one rule. */
const PER_RULE = 100;

/** A step of ours: how the mesh gets there, and the peer beside it. */
type Step = {
  readonly what: string;
  readonly peer: 'plain' | 'tls';
  readonly begin: (scene: MutualScene) => Promise<void>;
};

const STEPS: readonly Step[] = [
  { what: 'plain text', peer: 'plain', begin: (scene) => secure(scene, '{ mtls: OFF }') },
  {
    what: 'mutual TLS',
    peer: 'tls',
    async begin(scene) {
      await secure(scene, '{ mtls: PERMISSIVE }');
      await secure(scene, '{ mtls: STRICT, forceStrict: true }');
      // Proxies and callers change one after the other.
      const log = scene.controlPlane.file('controlplane.log');
      await until('STRICT', async () => /"to":"STRICT"/.test(await readFile(log, 'utf8')), {
        limitMs: 180_000,
      });
    },
  },
  {
    what: 'mutual TLS and authorization, 10 callers',
    peer: 'tls',
    begin: (scene) => authorize(scene, 10),
  },
  {
    what: `mutual TLS and authorization, ${PRINCIPALS} callers`,
    peer: 'tls',
    begin: (scene) => authorize(scene, PRINCIPALS),
  },
];

/** Runs as many rounds as the argument says (default 3), alternately ours and the peer's. */
export const run: RunBench = async ({ args: [wanted = '3'], say }) => {
  const rounds = readRounds(wanted, 99);
  const envoy = process.env['DAYBREAK_ENVOY'] ?? '';
  const env = { ENVOY_CONCURRENCY: '1', ENVOY_LOG_LEVEL: 'warning' };
  const scene = await openMutualScene(`traffic-${process.pid}`, envoy, [], env);
  try {
    const { client: front, server: back } = scene;
    const path = { front, back, name: SERVICE, port: PORT };
    await untilAnswers(path);
    const ours = { ...path, envoys: [await envoyOf(front), await envoyOf(back)] };
    const peers = { plain: await byHand(scene, false), tls: await byHand(scene, true) };
    const rows: BenchRow[] = [];
    for (const { what, peer, begin } of STEPS) {
      await begin(scene);
      const sides = { ours, peer: peers[peer] };
      const found = await measureSides(sides, scene.programs, rounds, (line) => say(`${what}, ${line}`));
      rows.push(...rowsOf(found).map((row) => ({ ...row, what: `${what}: ${row.what}` })));
    }
    return { rows, notes: NOTES };
  } finally {
    await scene.close();
  }
};

const NOTES = [
  CONDITIONS,
  'Peer: the same Envoys, each with one static listener, one route and one cluster; with TLS 1.3 and certificates on both sides beside our mutual TLS. Medians of the rounds.',
];

async function secure(scene: MutualScene, spec: string): Promise<void> {
  await scene.secure(spec);
  await scene.allInSync();
}

/** Admits the caller by its backend, and as many further ones by rules. */
async function authorize(scene: MutualScene, callers: number): Promise<void> {
  const ids = Array.from({ length: callers - 1 }, (_, at) => ({
    spiffeId: `spiffe://apps.example/caller/${at}`,
  }));
  const rules = Array.from({ length: Math.ceil(ids.length / PER_RULE) }, (_, at) => ({
    from: ids.slice(at * PER_RULE, (at + 1) * PER_RULE),
  }));
  const file = scene.controlPlane.file('callers.json');
  const policy = { meshName: 'm', accessPolicyName: 'callers', spec: { allow: rules } };
  await writeFile(file, JSON.stringify(policy));
  await scene.controlPlane.daybreak('apply', '-f', file);
  await secure(scene, '{ mtls: STRICT, authorization: ENFORCE }');
}

async function byHand(scene: MutualScene, isTls: boolean): Promise<MeasuredPath> {
  const { lab, programs } = scene;
  const suffix = isTls ? '-tls' : '-plain';
  const { root: roots, issue } = await makeTestAuthority();
  const own = await issue('spiffe://apps.example/hand');
  const [front, back] = [await lab.host(`front${suffix}`), await lab.host(`back${suffix}`)];
  await scene.startServer(back);
  const tls = isTls ? { tls: { own, roots } } : {};
  return await startSmallestPath(programs, { front, back, name: SERVICE, port: PORT, ...tls });
}
