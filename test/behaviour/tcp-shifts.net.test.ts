import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENVOYS, envoyOf } from '../../controlplane/translate/testing/real-envoy.ts';
import type { WeightedTargets } from '../../controlplane/model/types.ts';
import { allInSync } from '../lab/clients/in-sync.ts';
import { openEnvoyAdmin, type EnvoyAdmin } from '../lab/clients/envoy-admin.ts';
import { request } from '../lab/clients/http.ts';
import { startPlainEnvoy } from '../lab/programs/plain-envoy.ts';
import { writeRules } from '../lab/programs/sidecar.ts';
import { stage } from '../lab/stage.ts';
import { until } from '../lab/until.ts';
import { startHolder, type Holder, type Taken } from './testing/callers/holder.ts';
import { backends, inputsOf, on, type Input } from './testing/inputs.ts';
import { openScene, type Scene } from './testing/scene.ts';

// The weights of a TCP route change while connections are open. Three Envoys have the same configuration: one from its agent, two directly from the
// control plane, one per ADS variant.

const PORT = 5432;
const WITNESS = 5433;
/** Half of the connections are idle. */
const HELD = Number(process.env['DAYBREAK_TEST_CONNECTIONS'] ?? 40);
/** The drain time of a removed filter chain, in seconds. */
const DRAIN = 5;
const CALLERS = ['agent', 'delta', 'sotw'] as const;
type Caller = (typeof CALLERS)[number];

/** The weights of blue out of 100, one shift after the other. */
const SHIFTS = [60, 70, 80, 90, 100, 90, 60, 30, 10, 0];

const is = inputsOf('m');
const dns = (hostname: string) => ({ serviceDiscovery: { dns: { hostname } } });
const callerSpec = (services: readonly string[]) => ({ backends: backends(services) });

function targets(blue: number, green: number): WeightedTargets {
  return [
    { virtualNode: 'blue', weight: blue },
    { virtualNode: 'green', weight: green },
  ];
}

const INPUTS: readonly Input[] = [
  is.mesh(),
  is.node('blue', { listeners: [on(PORT, 'tcp')], ...dns('blue') }),
  is.node('green', { listeners: [on(PORT, 'tcp')], ...dns('green') }),
  is.node('lost', {}),
  is.node('witness', { listeners: [on(WITNESS, 'tcp')], ...dns('blue') }),
  is.router('db', [[PORT, 'tcp']]),
  is.route('db', 'all', { tcpRoute: { action: { weightedTargets: targets(50, 50) } } }),
  is.service('db.local', { router: 'db' }),
  is.service('witness.local', { node: 'witness' }),
  is.node('caller', callerSpec(['db.local', 'witness.local'])),
];

/** Whether 40 connections follow weights. Random choice: none of them goes to a share of 30 % once in a million runs. */
function follows(weight: number, { blue = 0, green = 0 }: Taken): boolean {
  if (weight === 100) return green === 0;
  if (weight === 0) return blue === 0;
  return weight < 30 || weight > 70 || Math.min(blue, green) > 0;
}

describe.each(ENVOYS)('%s', (variable) => {
  let scene: Scene<Caller | 'blue' | 'green'>;
  const holders = new Map<Caller, Holder>();
  const admins = new Map<Caller, EnvoyAdmin>();

  beforeAll(async () => {
    scene = await openScene('tcp-shifts', variable, {
      inputs: () => INPUTS,
      hosts: {
        blue: { dns: ['db.local', 'witness.local'], app: { tcp: [PORT, WITNESS] } },
        green: { app: { tcp: [PORT] } },
        agent: {
          resource: 'mesh/m/virtualNode/caller',
          env: { DAYBREAK_LISTENER_DRAIN_S: `${DRAIN}` },
        },
        delta: {},
        sotw: {},
      },
    });
    const programs = await stage(scene.lab, envoyOf(variable));
    const ads = scene.controlPlane.xds.replace('http://', '');
    for (const caller of CALLERS) {
      const { host } = scene.actors[caller];
      if (caller !== 'agent') {
        await writeRules(host, programs, '');
        startPlainEnvoy(host, programs, {
          id: 'mesh/m/virtualNode/caller',
          ads,
          apiType: caller === 'delta' ? 'DELTA_GRPC' : 'GRPC',
          features: { ecds: true },
          drainSeconds: DRAIN,
        });
      }
      const admin = caller === 'agent' ? scene.actors.agent.admin() : await openEnvoyAdmin(host);
      admins.set(caller, admin);
      await until(`${caller} LIVE`, () => admin.ready());
      holders.set(caller, await startHolder(host));
    }
    await allInSync(scene.controlPlane, CALLERS.length);
  });
  afterAll(() => scene?.close());

  const to = (count: number, port = PORT) => ({ host: 'db.local', port, count });

  /** Changes the model, and waits until every Envoy has sent an ACK for a new version of a type. */
  async function change(
    path: string,
    spec: unknown,
    type: 'TypedExtensionConfig' | 'Listener',
  ): Promise<void> {
    const versions = async () => {
      const { proxies } = await scene.controlPlane.status();
      return proxies.map(({ types }) => types.find((one) => one.type === type)?.version);
    };
    const before = await versions();
    const url = `${scene.controlPlane.endpoint}/v20190125/meshes/m/${path}`;
    expect(await request(url, { method: 'PUT', body: JSON.stringify({ spec }) })).toMatchObject({
      status: 200,
    });
    await until('another version', async () =>
      (await versions()).every((version) => !before.includes(version)),
    );
    await allInSync(scene.controlPlane, CALLERS.length);
  }

  const shift = (weightedTargets: WeightedTargets) =>
    change(
      'virtualRouter/db/routes/all',
      { tcpRoute: { action: { weightedTargets } } },
      'TypedExtensionConfig',
    );

  async function everywhere<T>(
    ask: (holder: Holder, caller: Caller) => Promise<T>,
  ): Promise<Record<Caller, T>> {
    const asked = CALLERS.map(async (caller) => [caller, await ask(holders.get(caller) as Holder, caller)]);
    return Object.fromEntries(await Promise.all(asked)) as Record<Caller, T>;
  }

  const each = <T>(value: T) => Object.fromEntries(CALLERS.map((caller) => [caller, value]));

  test('ten weight shifts of a tcp route cut no open connection, idle or busy, and new connections follow the weights', async () => {
    await everywhere(async (holder) => {
      await holder.hold('held', to(HELD / 2), false);
      await holder.hold('held', to(HELD / 2), true);
      await holder.hold('witness', to(1, WITNESS), false);
    });
    const counted = '^listener_manager\\.(listener_modified|listener_in_place_updated)$';
    const before = await everywhere(
      async (_, caller) => (await admins.get(caller)?.stats(counted)) ?? new Map(),
    );

    const all: Taken[] = [];
    for (const blue of SHIFTS) {
      await shift(targets(blue, 100 - blue));
      // Envoy's workers apply a change a moment after Envoy has acknowledged it.
      await until(`connections follow ${blue} %`, async () => {
        const seen = await everywhere((holder) => holder.try(to(40)));
        all.push(...CALLERS.map((caller) => seen[caller]));
        return CALLERS.every((caller) => follows(blue, seen[caller]));
      });
    }
    expect(all.map(({ blue = 0, green = 0 }) => blue + green)).toEqual(all.map(() => 40));
    expect(
      await everywhere(async (_, caller) => (await admins.get(caller)?.stats(counted)) ?? new Map()),
    ).toEqual(before);

    // First a target without listeners, then back to one target: the cluster of the other is removed while connections to it are open.
    await shift([{ virtualNode: 'lost', weight: 1 }]);
    await expect.poll(() => everywhere((holder) => holder.try(to(4)))).toEqual(each({ closed: 4 }));
    await shift([{ virtualNode: 'blue', weight: 1 }]);
    await expect.poll(() => everywhere((holder) => holder.try(to(4)))).toEqual(each({ blue: 4 }));

    // A removed chain is drained together with its connection: a drain that a shift had started would have ended before.
    await change('virtualNodes/caller', callerSpec(['db.local']), 'Listener');
    await everywhere((holder, caller) =>
      until(`the witness of ${caller} is cut`, async () => (await holder.look('witness')).cut === 1, {
        limitMs: 120_000,
      }),
    );
    expect(await everywhere((holder) => holder.look('held'))).toEqual(each({ cut: 0, alive: HELD }));
  });
});
