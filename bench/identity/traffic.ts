// The cost of mutual TLS and of authorization per request, compared with the same two Envoys that are configured by hand.
import { readFile, writeFile } from 'node:fs/promises';
import { makeTestAuthority } from '../../controlplane/translate/access/testing/test-certificates.ts';
import { writeRules } from '../../test/lab/programs/sidecar.ts';
import { until } from '../../test/lab/until.ts';
import { PORTS } from '../../test/identity/testing/mutual/ports.ts';
import { openMutualScene, SERVICE, type MutualScene } from '../../test/identity/testing/mutual/scene.ts';
import { readRounds, type BenchRow, type RunBench } from '../bench.ts';
import {
  envoyOf,
  measurePath,
  PARALLEL,
  untilAnswers,
  type MeasuredPath,
  type Round,
} from '../data-path/measured-path.ts';
import { startSmallestEnvoy } from '../data-path/smallest-envoy.ts';
import { percentile } from '../statistics.ts';

const SECONDS = 5;
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
      const found: { ours: Round[]; peer: Round[] } = { ours: [], peer: [] };
      for (const each of [ours, peers[peer]]) await measurePath(each, scene.programs, 1);
      for (let round = 1; round <= rounds; round += 1) {
        say(`${what}, round ${round} of ${rounds}`);
        found.ours.push(await measurePath(ours, scene.programs, SECONDS));
        found.peer.push(await measurePath(peers[peer], scene.programs, SECONDS));
      }
      rows.push(...rowsOf(what, found));
    }
    return { rows, notes: NOTES };
  } finally {
    await scene.close();
  }
};

const NOTES = [
  `${PARALLEL} connections; a caller, two Envoys with one worker each, and the application, all behind the same rules.`,
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
  await writeRules(back, programs, `${PORT}`);
  await writeRules(front, programs, '');
  const tls = (side: 'accepted' | 'target') => (isTls ? { tls: { side, own, roots } } : {});
  const envoys = [
    startSmallestEnvoy(front, programs, {
      listenOn: 15_001,
      target: `${back.address}:${PORT}`,
      ...tls('target'),
    }),
    startSmallestEnvoy(back, programs, { listenOn: 15_000, target: `127.0.0.1:${PORT}`, ...tls('accepted') }),
  ];
  const path = { front, back, name: SERVICE, port: PORT };
  await untilAnswers(path);
  return { ...path, envoys: envoys.map(({ pid }) => pid) };
}

function rowsOf(
  what: string,
  found: { readonly ours: readonly Round[]; readonly peer: readonly Round[] },
): readonly BenchRow[] {
  const row = (name: string, unit: string, of: (round: Round) => number): BenchRow => ({
    what: `${what}: ${name}`,
    unit,
    ours: percentile(found.ours.map(of), 0.5),
    peer: percentile(found.peer.map(of), 0.5),
  });
  return [
    row('time of a request, median', 'ms', ({ median }) => median),
    row('time of a request, 99th of 100', 'ms', ({ late }) => late),
    row('CPU of both Envoys a request', 'µs', ({ cpu }) => cpu),
  ];
}
