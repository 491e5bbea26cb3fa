import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AccessReport } from '../../controlplane/authorization/access-report.ts';
import { ENVOYS, envoyOf } from '../../controlplane/translate/testing/real-envoy.ts';
import type { Host } from '../lab/host.ts';
import type { Program } from '../lab/programs/program.ts';
import { until } from '../lab/until.ts';
import { PORTS } from './testing/mutual/ports.ts';
import { failing, openMutualScene, SERVICE, type MutualScene } from './testing/mutual/scene.ts';

// Two real Envoys with certificates of the control plane: authorization goes through its modes under load, and refuses the callers that the
// rules name.

const REFUSED = 'RBAC: access denied';
/** Sends a byte twice a second. Says when the first one comes back, and when the connection is closed. */
const ECHOES = `
const [host, port] = process.argv.slice(1);
const socket = require('net').connect(Number(port), host);
socket.on('error', () => {});
socket.on('data', (bytes) => bytes.includes('?') && console.log('echo'));
socket.on('close', () => { console.log('closed'); process.exit(); });
setInterval(() => socket.write('?'), 500);
`;

describe.each(ENVOYS)('%s', (variable) => {
  let scene: MutualScene;
  beforeAll(async () => {
    scene = await openMutualScene(`authz-${process.pid}`, envoyOf(variable));
  }, 600_000);
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
    timeout: 900_000,
  }, async () => {
    await scene.secure('{ mtls: PERMISSIVE }');
    await scene.allInSync();
    const load = scene.startLoad();
    await until(
      'mutual TLS in every protocol',
      async () => Object.values(await scene.handshakes()).every((count) => count > 0),
      { limitMs: 180_000, everyMs: 500 },
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
      { limitMs: 120_000, everyMs: 1000 },
    );
    expect(refused).toMatchObject({ port: PORTS.http, caller: '' });
    await load.line(/^enough$/, 300_000);
    const counts = await scene.endLoad(load);
    expect(failing(counts)).toEqual([]);
    expect(counts['tcp, kept'].closed).toBe(0);
  });

  test('a caller without an identity, and one that a rule names, are refused, as explain says', {
    timeout: 600_000,
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

  test('an open tcp connection does not outlive a new deny, and no further one is admitted', {
    timeout: 600_000,
  }, async () => {
    await scene.secure('{ mtls: PERMISSIVE, authorization: ENFORCE }');
    await policy('{ allow: [] }');
    await scene.allInSync();
    const connection = (name: string): Program =>
      scene.client.spawn(name, process.execPath, ['-e', ECHOES, SERVICE, `${PORTS.tcp}`]);
    const open = connection('open');
    await open.line(/echo/);
    await policy(
      `{ deny: [{ from: [{ virtualNode: { virtualNodeName: client } }], ports: [${PORTS.tcp}] }] }`,
    );
    await open.line(/closed/, 120_000);
    await until('a further connection is refused', async () => {
      const further = connection('further');
      return (await further.line(/echo|closed/)).includes('closed');
    });
    await policy('{ allow: [] }');
    await until('the connection is admitted again', async () => {
      const further = connection('further');
      const line = await further.line(/echo|closed/);
      further.kill('SIGKILL');
      return line.includes('echo');
    });
  });
});
