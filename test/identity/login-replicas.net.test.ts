import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DOCUMENT } from '../../controlplane/auth/testing/signed-requests.ts';
import type { Moto } from '../../controlplane/discovery/testing/moto.ts';
import { startTestPostgres, type TestPostgres } from '../../controlplane/store/testing/postgres-server.ts';
import { startSecuredControlPlane, type SecuredControlPlane } from '../testing/secured-control-plane.ts';
import { assumeNewRole, MOTO_ACCOUNT, startVerifyingMoto } from './testing/aws-role.ts';
import { loginProof, postLogin } from './testing/login-client.ts';

// Two control planes on one PostgreSQL, as behind a load balancer: either may get any request of a login.

const ROLE = `arn:aws:iam::${MOTO_ACCOUNT}:role/deploy`;
const LOGINS = {
  accounts: DOCUMENT.accounts.map((account) => ({
    ...account,
    users: (account.users ?? []).map((user) =>
      user.name === 'reader' ? { ...user, awsPrincipals: [ROLE] } : user,
    ),
  })),
};

let moto: Moto;
let postgres: TestPostgres;
let role: Readonly<Record<string, string>>;
let folder: string;
const planes: SecuredControlPlane[] = [];

beforeAll(async () => {
  moto = await startVerifyingMoto();
  role = await assumeNewRole(moto, 'deploy', 'alice');
  postgres = await startTestPostgres();
  const url = await postgres.database();
  folder = await mkdtemp(join(tmpdir(), 'daybreak-login-replicas-'));
  await writeFile(join(folder, 'ca.key'), randomBytes(32).toString('base64'));
  for (let replica = 0; replica < 2; replica += 1) {
    const plane = await startSecuredControlPlane(
      '--store',
      url,
      '--region=us-east-1',
      '--api-host=mesh.example',
      '--trust-domain=apps.example',
      `--ca-key=${join(folder, 'ca.key')}`,
      `--sts-endpoint=${moto.endpoint}`,
    );
    planes.push(plane);
    await writeFile(plane.files.credentials, JSON.stringify(LOGINS), { mode: 0o600 });
  }
});
afterAll(async () => {
  for (const plane of planes) {
    await plane.stop();
    plane.remove();
  }
  await postgres?.remove();
  await moto?.stop();
  await rm(folder, { recursive: true });
});

const login = (replica: number, body: object) =>
  postLogin(planes[replica] as SecuredControlPlane, body, 'mesh.example');
const proofOf = (replica: number) => loginProof(planes[replica] as SecuredControlPlane, role, 'mesh.example');

test('a login that was captured could be used again at another replica: it is used once, and either replica takes it', async () => {
  await expect.poll(async () => (await login(0, await proofOf(0))).status).toBe(200);
  await expect.poll(async () => (await login(1, await proofOf(1))).status).toBe(200);

  // The other replica gets the second request.
  const proof = await proofOf(0);
  expect((await login(1, proof)).status).toBe(200);
  for (const replica of [0, 1])
    expect((await login(replica, proof)).text).toContain(
      'CHALLENGE: the challenge has expired, or was used already',
    );

  const raced = await proofOf(1);
  const answers = await Promise.all([0, 1, 0, 1].map((replica) => login(replica, raced)));
  expect(answers.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([
    200, 403, 403, 403,
  ]);
});
