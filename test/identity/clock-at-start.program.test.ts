import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { identityContent } from '../../agent/identity/identity-file.ts';
import { openIdentity, type AgentIdentity } from '../../agent/identity/identity.ts';
import { createLog } from '../../common/log.ts';
import { agedAuthority } from './testing/aged-identity.ts';

// An agent that starts with its machine, whose clock is set a moment later: https://github.com/spiffe/spire/issues/2454,
// https://github.com/tiiuae/ghaf/pull/2086

const NODE = 'mesh/m/virtualNode/a';
const ID = 'spiffe://apps.example/account/111122223333/mesh/m/virtualNode/a';
const DAY = 24 * 60 * 60 * 1000;

let folder: string;
let identity: AgentIdentity | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-clock-'));
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(async () => {
  identity?.close();
  vi.useRealTimers();
  await rm(folder, { recursive: true });
});

/** Keeps a certificate of an hour ago in the state folder, and returns how an agent opens it. No control plane answers. */
async function keptAnHourAgo(): Promise<() => Promise<AgentIdentity | undefined>> {
  const file = join(folder, 'identity');
  const kept = await (await agedAuthority('apps.example')).issue(NODE, ID, 60 * 60 * 1000, 0);
  await writeFile(file, identityContent(kept), { mode: 0o600 });
  return async () => {
    identity = await openIdentity({
      xds: {
        endpoints: [{ kind: 'tls', host: '127.0.0.1', port: 1 }],
        ca: undefined,
        certificate: undefined,
        token: undefined,
        identity: { proofs: ['aws-jwt'], joinToken: undefined },
      },
      secure: () => ({ tls: {} }),
      nodeId: NODE,
      agentVersion: '0.1.0',
      file,
      log: createLog('test', 'silent'),
    });
    return identity;
  };
}

test.each([
  ['is decades behind', 0],
  ['is a year ahead', 400 * DAY],
])('a kept certificate is taken as soon as the clock is right, if it %s at the start: it was lost, and a used join token gives no other', async (_, wrong) => {
  const open = await keptAnHourAgo();
  vi.setSystemTime(wrong === 0 ? 0 : vi.getRealSystemTime() + wrong);
  const started = await open();
  expect(started?.held()).toBeUndefined();
  await expect.poll(() => started?.status().problem).toBeDefined();
  vi.setSystemTime(vi.getRealSystemTime());
  await expect.poll(() => started?.held()?.spiffeId, { timeout: 240_000 }).toBe(ID);
  expect(started?.status()).toMatchObject({ state: 'held', problem: undefined });
});
