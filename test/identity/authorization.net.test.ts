import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AccessReport } from '../../controlplane/authorization/access-report.ts';
import { ENVOYS, envoyOf } from '../../controlplane/translate/testing/real-envoy.ts';
import type { Host } from '../lab/host.ts';
import { until } from '../lab/until.ts';
import { PORTS, type Protocol } from './testing/mutual/ports.ts';
import { openMutualScene, SERVICE, type Load, type MutualScene } from './testing/mutual/scene.ts';

// Two real Envoys with certificates of the control plane: authorization goes through its modes under load, and refuses the callers that the
// rules name.

const PROTOCOLS = Object.keys(PORTS) as Protocol[];
const REFUSED = 'RBAC: access denied';

describe.each(ENVOYS)('%s', (variable) => {
  let scene: MutualScene;
  beforeAll(async () => {
    scene = await openMutualScene(`authz-${process.pid}`, envoyOf(variable));
  }, 180_000);
  afterAll(() => scene?.close());

  const ask = async (host: Host): Promise<string> => {
    const url = `http://${SERVICE}:${PORTS.http}/`;
    const text = `fetch('${url}').then((r) => r.text()).then(console.log, () => console.log('no answer'))`;
    return (await host.exec(process.execPath, ['-e', text])).stdout.trim();
  };
  const policy = async (spec: string): Promise<void> => {
    const file = scene.controlPlane.file('policy.yaml');
    await writeFile(file, `meshName: m\naccessPolicyName: extra\nspec: ${spec}\n`);
    await scene.controlPlane.daybreak('apply', '-f', file);
    await scene.allInSync();
  };
  const explained = () =>
    scene.controlPlane.daybreak(
      'explain',
      'mesh/m/virtualNode/client',
      'GET',
      `http://${SERVICE}:${PORTS.http}/`,
    );

  test('authorization is switched on and off under load without a failed request, and the report names the callers', {
    timeout: 300_000,
  }, async () => {
    await scene.secure('{ mtls: PERMISSIVE }');
    await scene.allInSync();
    const load = scene.startLoad();
    await until(
      'mutual TLS in every protocol',
      async () => Object.values(await scene.handshakes()).every((count) => count > 0),
      { limitMs: 90_000, everyMs: 500 },
    );
    const outside = await scene.lab.host('outside');
    for (const mode of ['AUDIT', 'ENFORCE', 'AUDIT', 'OFF', 'ENFORCE']) {
      await scene.secure(`{ mtls: PERMISSIVE, authorization: ${mode} }`);
      await scene.allInSync();
      expect([mode, await ask(outside)]).toEqual([mode, 'hello']);
    }
    const refused = await until(
      'the caller without an identity is counted',
      async () => {
        const { nodes } = JSON.parse(
          await scene.controlPlane.daybreak('authorize', '--mesh', 'm', '-o', 'json'),
        ) as AccessReport;
        return nodes
          .find(({ virtualNode }) => virtualNode === 'server')
          ?.refused.find(({ rule }) => rule === 'none');
      },
      { limitMs: 60_000, everyMs: 1000 },
    );
    expect(refused).toMatchObject({ port: PORTS.http, caller: '' });
    load.kill('SIGTERM');
    const counts = JSON.parse(await load.line(/^\{/)) as Load;
    for (const protocol of PROTOCOLS) {
      expect({ protocol, ...counts[protocol] }).toMatchObject({ failed: 0, failures: [] });
      expect(counts[protocol].requests).toBeGreaterThan(100);
    }
  });

  test('a caller without an identity, and one that a rule names, are refused, as explain says', {
    timeout: 120_000,
  }, async () => {
    await scene.secure('{ mtls: PERMISSIVE, authorization: ENFORCE }');
    await policy('{ unauthenticated: [] }');
    const outside = await scene.lab.host('outside-2');
    await until('refused', async () => (await ask(outside)) === REFUSED);
    expect(await ask(scene.client)).toBe('hello');
    expect(await explained()).toContain('admits it: rule backend');
    await policy(
      `{ deny: [{ from: [{ virtualNode: { virtualNodeName: client } }], ports: [${PORTS.http}] }] }`,
    );
    await until('refused', async () => (await ask(scene.client)) === REFUSED);
    expect(await explained()).toContain('refuses it: rule extra/deny/1');
  });
});
