import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENVOYS, envoyOf } from '../../controlplane/translate/testing/real-envoy.ts';
import type { Host } from '../lab/host.ts';
import { until } from '../lab/until.ts';
import { addOthers, OLD, type Others } from './testing/mutual/others.ts';
import { PORTS } from './testing/mutual/ports.ts';
import { failing, OLD_TOKEN, openMutualScene, SERVICE, type MutualScene } from './testing/mutual/scene.ts';

// Real Envoys whose agents have certificates of the control plane, a virtual gateway among them, and one without: the mesh goes from plain text to
// STRICT and back under load.

describe.each(ENVOYS)('%s', (variable) => {
  let scene: MutualScene;
  let others: Others;
  beforeAll(async () => {
    scene = await openMutualScene(`mtls-${process.pid}`, envoyOf(variable));
    others = await addOthers(scene);
  }, 600_000);
  afterAll(async () => {
    await others?.close();
    await scene?.close();
  });

  const ask = async (host: Host): Promise<string> => {
    const text = `fetch('http://${SERVICE}:${PORTS.http}/').then((r) => r.ok ? r.text() : 'refused').then(console.log, () => console.log('refused'))`;
    return (await host.exec(process.execPath, ['-e', text])).stdout.trim();
  };
  /** Returns the answer to a caller without a sidecar. */
  const fromOutside = async (): Promise<string> => ask(await scene.lab.host(`out-${outsiders++}`));
  let outsiders = 0;

  const allByTls = () =>
    until(
      'mutual TLS in every protocol',
      async () =>
        [await scene.handshakes(), await others.gatewayHandshakes()]
          .flatMap((counts) => Object.values(counts))
          .every((count) => count > 0),
      { limitMs: 180_000, everyMs: 500 },
    );

  test('a mesh goes from OFF over PERMISSIVE to STRICT and back without a failed request or connection', {
    timeout: 900_000,
  }, async () => {
    await expect(scene.secure('{ mtls: STRICT, forceStrict: true }')).rejects.toThrow(
      /cannot follow OFF in one step/,
    );
    const load = scene.startLoad();
    const throughGateway = others.startLoad('gateway to server');
    const toOld = others.startLoad('client to old');
    const fromOld = others.startLoad('old to server');
    const steps: string[] = [];
    const step = (name: string) => steps.push(`${new Date().toISOString()} ${name}`);
    expect(await scene.handshakes()).toEqual({ http: 0, tcp: 0, http2: 0, grpc: 0 });
    expect(await fromOutside()).toBe('hello');

    step('PERMISSIVE');
    await scene.secure('{ mtls: PERMISSIVE }');
    await scene.allInSync();
    await until('tcp connections use mutual TLS', async () => (await scene.handshakes()).tcp > 0);
    expect(await fromOutside()).toBe('hello');

    const outside = await until(
      'the caller without a sidecar is known',
      async () => {
        const seen = JSON.parse(await scene.controlPlane.daybreak('identity', 'plaintext', '-o', 'json')) as {
          nodes: { virtualNode: string; callers: { address: string; proxy?: string; port: number }[] }[];
        };
        return seen.nodes
          .find(({ virtualNode }) => virtualNode === 'server')
          ?.callers.find(({ proxy }) => proxy === undefined);
      },
      { everyMs: 1000 },
    );
    expect(outside.port).toBe(PORTS.http);
    await until('the old sidecar is known', async () => (await others.plainCallers()).includes(OLD), {
      everyMs: 1000,
    });
    // It is called in plain text: its virtual node stays out of STRICT.
    await others.exempt(true);
    await expect(scene.secure('{ mtls: STRICT }')).rejects.toThrow(outside.address);
    expect([failing(await scene.endLoad(fromOld)), steps]).toEqual([[], steps]);
    step('STRICT');
    await scene.secure('{ mtls: STRICT, forceStrict: true }');
    await scene.allInSync();
    await allByTls();
    // The callers change first.
    await until('plain text is refused', async () => (await fromOutside()) === 'refused', {
      limitMs: 120_000,
    });

    expect(await ask(others.old)).toBe('refused');

    await expect(scene.secure('{ mtls: OFF }')).rejects.toThrow(/mtls OFF cannot follow STRICT in one step/);
    step('PERMISSIVE');
    await scene.secure('{ mtls: PERMISSIVE }');
    await scene.allInSync();
    expect(await fromOutside()).toBe('hello');
    step('OFF');
    await scene.secure('{ mtls: OFF }');
    await scene.allInSync();
    await until('tcp connections are plain text', async () => {
      const { tcp } = await scene.handshakes();
      await new Promise((resolve) => setTimeout(resolve, 1000));
      return (await scene.handshakes()).tcp === tcp;
    });
    await until('the server takes no mutual TLS on tcp', async () => !(await scene.takesMutual(PORTS.tcp)), {
      limitMs: 120_000,
      everyMs: 500,
    });

    await load.line(/^enough$/, 300_000);
    expect([failing(await scene.endLoad(load)), steps]).toEqual([[], steps]);
    for (const each of [throughGateway, toOld])
      expect([failing(await scene.endLoad(each)), steps]).toEqual([[], steps]);
    expect(await ask(others.old)).toBe('hello');
  });

  test('an old sidecar among the instances costs no request while PERMISSIVE, and STRICT is refused because of it', {
    timeout: 600_000,
  }, async () => {
    await scene.addServer('old', { DAYBREAK_XDS_TOKEN: OLD_TOKEN });
    const load = scene.startLoad();
    await scene.secure('{ mtls: PERMISSIVE }');
    await until(
      'the report names the virtual node',
      async () => {
        const text = await scene.controlPlane.daybreak('identity', 'plaintext');
        return text.includes('A proxy of mesh/m/virtualNode/server has no certificate');
      },
      { everyMs: 1000 },
    );
    await expect(scene.secure('{ mtls: STRICT }')).rejects.toThrow(/has no certificate/);
    expect(failing(await scene.endLoad(load))).toEqual([]);
  });
});
