import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENVOYS, envoyOf } from '../../controlplane/translate/testing/real-envoy.ts';
import { until } from '../lab/until.ts';
import { renewAll, replaceRoot } from './testing/mutual/renewals.ts';
import { failing, openMutualScene, type MutualScene } from './testing/mutual/scene.ts';

// Traffic between two real Envoys by mutual TLS while all certificates are renewed and the root is replaced, over kills of the control plane.
// `node test/long/identity/changes.ts` is the long form.

describe.each(ENVOYS)('%s', (variable) => {
  let scene: MutualScene;
  beforeAll(async () => {
    scene = await openMutualScene(`renew-${process.pid}`, envoyOf(variable));
  }, 600_000);
  afterAll(() => scene?.close());

  test('a new intermediate and a new root cost no request and close no connection, although the control plane is killed', {
    timeout: 2_700_000,
  }, async () => {
    await scene.secure('{ mtls: PERMISSIVE }');
    await until(
      'mutual TLS on tcp',
      async () => {
        const probe = scene.startLoad();
        await scene.allInSync();
        await scene.endLoad(probe);
        return Object.values(await scene.handshakes()).every((count) => count > 0);
      },
      { limitMs: 240_000, everyMs: 500 },
    );
    const load = scene.startLoad();
    await until('connections', async () =>
      Object.values(await scene.handshakes()).every((count) => count > 0),
    );
    const closed = await scene.closedByCaller();
    await renewAll(scene, true);
    await replaceRoot(scene, true);
    // Each agent had connected again below the new root before the old one went.
    expect(await readFile(scene.controlPlane.file('controlplane.log'), 'utf8')).not.toContain(
      'is no longer trusted',
    );
    expect(await scene.closedByCaller()).toBe(closed);
    const counts = await scene.endLoad(load);
    expect(failing(counts)).toEqual([]);
    expect(counts['tcp, kept'].closed).toBe(0);
  });
});
