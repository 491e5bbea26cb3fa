import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeAuthority, type Authority, type Names } from '../../controlplane/tls/testing/certificates.ts';
import { ADS, FRONT, startGuardedControlPlane, type GuardedControlPlane } from './testing/access.ts';
import { askFrom } from '../lab/clients/ask.ts';
import type { Host } from '../lab/host.ts';
import { createLab, type Lab } from '../lab/lab.ts';
import { startAgent } from '../lab/programs/sidecar.ts';
import { stage, type Stage } from '../lab/stage.ts';
import { until } from '../lab/until.ts';

// ADS beyond loopback without --insecure: over TLS, to real agents that present a token or a certificate.

let lab: Lab;
let programs: Stage;
let controlPlane: GuardedControlPlane;
let authority: Authority;
let hosts = 0;

beforeAll(async () => {
  lab = await createLab({ name: 'access' });
  programs = await stage(lab);
  controlPlane = await startGuardedControlPlane(lab, programs, { tokens: '' }, (file) => [
    `--tokens=${file('tokens')}`,
    `--client-ca=${file('ca.pem')}`,
  ]);
  ({ authority } = controlPlane);
});
afterAll(() => lab?.close());

/** Adds a token to the control plane's file. */
async function token(node: string, ...expires: readonly string[]): Promise<string> {
  const file = controlPlane.file('tokens');
  return controlPlane.daybreak('token', 'create', '--node', node, '--tokens', file, ...expires);
}

type Shown = { token?: string; certificate?: { cert: string; key: string } };

/** Starts an agent with these credentials on its own host. */
async function agentWith({ token: text, certificate }: Shown): Promise<{ host: Host; tokenFile: string }> {
  const host = await lab.host(`proxy-${(hosts += 1)}`);
  const file = async (name: string, content: string): Promise<string> => {
    await writeFile(join(host.folder, name), content, { mode: 0o644 });
    return join(host.folder, name);
  };
  const env: Record<string, string> = { DAYBREAK_XDS_CA_FILE: await file('ca.pem', authority.pem) };
  if (text !== undefined) env['DAYBREAK_XDS_TOKEN_FILE'] = await file('token', text);
  if (certificate !== undefined) {
    env['DAYBREAK_XDS_CERT_FILE'] = await file('cert.pem', certificate.cert);
    env['DAYBREAK_XDS_KEY_FILE'] = await file('key.pem', certificate.key);
  }
  startAgent(host, programs, { resource: FRONT, xds: ADS, appPorts: '', env });
  return { host, tokenFile: join(host.folder, 'token') };
}

type AgentStatus = { daybreak: { relay: { connected: boolean; lastError?: string } } };

async function relayOf(host: Host): Promise<AgentStatus['daybreak']['relay']> {
  const answer = await askFrom(host, 'http://127.0.0.1:9902/status');
  if (!('body' in answer)) throw new Error(answer.error);
  return (JSON.parse(answer.body) as AgentStatus).daybreak.relay;
}

const named = (path: string): Names => ({
  alternative: [{ type: 'url', value: `spiffe://mesh.example/${path}` }],
});

describe('an agent is served', () => {
  test('with a token that admits its node', async () => {
    const { host } = await agentWith({ token: await token('mesh/access/virtualNode/*') });
    await controlPlane.inSync(host);
  });

  test('with a client certificate that names its node', async () => {
    const { host } = await agentWith({ certificate: await authority.issue(named(FRONT)) });
    await controlPlane.inSync(host);
  });
});

describe('an agent is rejected, and reports the code and the reason', () => {
  test.each<[string, () => Promise<Shown>, RegExp]>([
    ['with nothing', async () => ({}), /refused by control:18443: 16 UNAUTHENTICATED: no credentials/],
    [
      'with a wrong token',
      async () => ({ token: 'wrong' }),
      /16 UNAUTHENTICATED: the bearer token is not known/,
    ],
    [
      'with a token of another node',
      async () => ({ token: await token('mesh/access/virtualNode/other') }),
      /7 PERMISSION_DENIED: the token \w+ may be mesh\/access\/virtualNode\/other, not mesh\/access@\d+\/virtualNode\/front/,
    ],
    [
      'with a certificate that has expired',
      async () => ({ certificate: await authority.issue({ ...named(FRONT), lifetimeMs: -1000 }) }),
      /16 UNAUTHENTICATED: no credentials: .* valid now/,
    ],
    [
      'with a certificate of another authority',
      async () => ({ certificate: await (await makeAuthority()).issue(named(FRONT)) }),
      /16 UNAUTHENTICATED/,
    ],
    [
      'with a certificate of another node',
      async () => ({ certificate: await authority.issue(named('mesh/access/virtualNode/other')) }),
      /7 PERMISSION_DENIED: the client certificate \w+ may be/,
    ],
  ])('%s', async (_, shown, words) => {
    const { host } = await agentWith(await shown());
    await until('the refusal', async () => words.test((await relayOf(host)).lastError ?? ''));
    expect((await relayOf(host)).connected).toBe(false);
  });
});

test('a token renewed on both sides needs no restart; revoking a token ends the stream', async () => {
  const first = await token('mesh/access/virtualNode/front');
  const { host, tokenFile } = await agentWith({ token: first });
  await controlPlane.inSync(host);
  await writeFile(controlPlane.file('tokens'), '');
  await until('refused', async () => {
    const { connected, lastError = '' } = await relayOf(host);
    return !connected && /16 UNAUTHENTICATED/.test(lastError);
  });
  await writeFile(tokenFile, await token('mesh/access/virtualNode/front', '--expires', '1h'));
  await controlPlane.inSync(host);
  expect((await relayOf(host)).connected).toBe(true);
});
