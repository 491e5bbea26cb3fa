import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { askFrom } from '../lab/clients/ask.ts';
import type { Host } from '../lab/host.ts';
import { createLab, type Lab } from '../lab/lab.ts';
import { startAgent } from '../lab/programs/sidecar.ts';
import { stage, type Stage } from '../lab/stage.ts';
import { until } from '../lab/until.ts';
import { ADS, FRONT, startGuardedControlPlane, type GuardedControlPlane } from '../ads/testing/access.ts';

// A real agent with Envoy gets its certificate by a join token, and connects with it: there is no other credential for proxies.

let lab: Lab;
let programs: Stage;
let controlPlane: GuardedControlPlane;

beforeAll(async () => {
  lab = await createLab({ name: 'ident' });
  programs = await stage(lab);
  const key = randomBytes(32).toString('base64');
  controlPlane = await startGuardedControlPlane(lab, programs, { 'ca.key': key }, (file) => [
    '--trust-domain=apps.example',
    `--ca-key=${file('ca.key')}`,
  ]);
});
afterAll(() => lab?.close());

type AgentStatus = {
  readonly daybreak: {
    readonly identity?: { readonly state: string; readonly spiffeId?: string; readonly problem?: string };
    readonly problems: readonly { readonly code: string }[];
    readonly relay: { readonly connected: boolean };
  };
};

async function statusOf(host: Host): Promise<AgentStatus['daybreak']> {
  const answer = await askFrom(host, 'http://127.0.0.1:9902/status');
  if (!('body' in answer)) throw new Error(answer.error);
  return (JSON.parse(answer.body) as AgentStatus).daybreak;
}

async function agentWith(name: string, token: string): Promise<Host> {
  const host = await lab.host(name);
  const ca = join(host.folder, 'ca.pem');
  await writeFile(ca, controlPlane.authority.pem, { mode: 0o644 });
  const env = { DAYBREAK_XDS_CA_FILE: ca, DAYBREAK_XDS_JOIN_TOKEN: token };
  startAgent(host, programs, { resource: FRONT, xds: ADS, appPorts: '', env });
  return host;
}

test('an agent with a join token gets a certificate, and its Envoy is configured over mutual TLS', async () => {
  const host = await agentWith('joined', await controlPlane.daybreak('token', 'join', '--node', FRONT));
  await controlPlane.inSync(host);
  const { identity, relay } = await statusOf(host);
  expect(relay.connected).toBe(true);
  expect(identity).toMatchObject({
    state: 'held',
    spiffeId: expect.stringMatching(
      new RegExp(`^spiffe://apps\\.example/account/\\d{12}/${FRONT}$`),
    ) as string,
  });
  const shown = await controlPlane.daybreak('identity');
  expect(shown).toMatch(/^Trust domain apps\.example\. Key [0-9a-f]{16} seals the keys of the authority\.$/m);
  expect(shown).toMatch(new RegExp(`^${FRONT} .*join token`, 'm'));
});

test('an agent without a proof says what is missing, with a code, and serves nothing', async () => {
  const host = await agentWith('stranger', 'used-up');
  await until('the problem', async () =>
    (await statusOf(host)).problems.some(({ code }) => code === 'IDENTITY_UNPROVEN'),
  );
  const { identity, relay } = await statusOf(host);
  expect(identity?.problem).toMatch(/^TOKEN_UNKNOWN: .*daybreak token join --node/);
  expect(relay.connected).toBe(false);
});
