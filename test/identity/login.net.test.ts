import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { AppMeshClient, ListMeshesCommand } from '@aws-sdk/client-app-mesh';
import { fromProcess } from '@aws-sdk/credential-providers';
import { DOCUMENT, OWNER } from '../../controlplane/auth/testing/signed-requests.ts';
import type { CredentialsDocument } from '../../controlplane/auth/credentials/credentials-document.ts';
import type { Moto } from '../../controlplane/discovery/testing/moto.ts';
import { blockOf } from '../docker/testing/blocks.ts';
import { awsCommand } from '../operations/clients/installed.ts';
import { startSecuredControlPlane, type SecuredControlPlane } from '../testing/secured-control-plane.ts';
import { assumeNewRole, MOTO_ACCOUNT, startVerifyingMoto } from './testing/aws-role.ts';
import { loginProof, postLogin } from './testing/login-client.ts';

// AWS's tools call the API with an IAM role, by `daybreak login` as their credential_process.

const DAYBREAK = join(import.meta.dirname, '../../cli/main.ts');
const REGION = 'us-east-1';
const ROLE = `arn:aws:iam::${MOTO_ACCOUNT}:role/tasks/deploy`;

let moto: Moto;
let plane: SecuredControlPlane;
let role: Readonly<Record<string, string>>;
let folder: string;
const file = (name: string): string => join(folder, name);

beforeAll(async () => {
  moto = await startVerifyingMoto();
  role = await assumeNewRole(moto, 'deploy', 'alice@example.com');
  folder = await mkdtemp(join(tmpdir(), 'daybreak-login-'));
  await writeFile(file('ca.key'), randomBytes(32).toString('base64'));
  plane = await startSecuredControlPlane(
    '--trust-domain=apps.example',
    '--ca-key',
    file('ca.key'),
    '--sts-endpoint',
    moto.endpoint,
    '--region',
    REGION,
  );
  const credentials = role;
  await writeFile(
    file('config'),
    [
      '[profile sso]',
      `aws_access_key_id = ${credentials['AWS_ACCESS_KEY_ID'] ?? ''}`,
      `aws_secret_access_key = ${credentials['AWS_SECRET_ACCESS_KEY'] ?? ''}`,
      `aws_session_token = ${credentials['AWS_SESSION_TOKEN'] ?? ''}`,
      '[profile mesh]',
      `region = ${REGION}`,
      `credential_process = ${process.execPath} ${DAYBREAK} login --endpoint ${plane.endpoint} --ca-file ${plane.files.cert} --profile sso`,
      '[profile circle]',
      `credential_process = ${process.execPath} ${DAYBREAK} login --endpoint ${plane.endpoint} --ca-file ${plane.files.cert}`,
      '',
    ].join('\n'),
  );
});
afterAll(async () => {
  await plane?.stop();
  plane?.remove();
  await moto?.stop();
  await rm(folder, { recursive: true });
});

const env = (profile: string) => ({
  PATH: process.env['PATH'],
  HOME: folder,
  AWS_CONFIG_FILE: file('config'),
  AWS_SHARED_CREDENTIALS_FILE: file('none'),
  AWS_PROFILE: profile,
  AWS_CA_BUNDLE: plane.files.cert,
  AWS_EC2_METADATA_DISABLED: 'true',
});

/** Replaces the credentials file: `user` gets members, and the control plane reads it. */
async function change(user: string, members: object): Promise<void> {
  const document: CredentialsDocument = {
    accounts: DOCUMENT.accounts.map((account) => ({
      ...account,
      users: (account.users ?? []).map((each) => (each.name === user ? { ...each, ...members } : each)),
    })),
  };
  await writeFile(plane.files.credentials, JSON.stringify(document), { mode: 0o600 });
}

async function daybreak(args: readonly string[], profile: string) {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [DAYBREAK, ...args], {
    reject: false,
    extendEnv: false,
    env: { ...env(profile), DAYBREAK_ENDPOINT: plane.endpoint, DAYBREAK_CA_FILE: plane.files.cert },
  });
  return { exitCode, stdout, stderr };
}

test('a role that no user has is refused with the member that binds it', async () => {
  const { exitCode, stderr, stdout } = await daybreak(['login', '--profile', 'sso'], 'sso');
  expect(exitCode).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toContain(
    `NOT_BOUND: arn:aws:sts::${MOTO_ACCOUNT}:assumed-role/deploy/alice@example.com is proven, but may log in as no user.`,
  );
  expect(stderr).toContain(`"awsPrincipals":["arn:aws:iam::${MOTO_ACCOUNT}:role/deploy"]`);
});

test('AWS’s own tools get keys by credential_process, and the policies of the user hold', async () => {
  await change('reader', { awsPrincipals: [ROLE] });
  const aws = awsCommand();
  const call = (...args: string[]) =>
    execa(aws, ['appmesh', ...args, '--endpoint-url', plane.endpoint], {
      reject: false,
      extendEnv: false,
      env: env('mesh'),
    });
  await expect.poll(async () => (await call('list-meshes')).stdout).toContain('"meshes": []');
  const refused = await call('create-mesh', '--mesh-name', 'm');
  expect(refused.stderr).toContain(
    `User: arn:aws:iam::${OWNER}:user/reader is not authorized to perform: appmesh:CreateMesh`,
  );

  const command = `${process.execPath} ${DAYBREAK} login --endpoint ${plane.endpoint} --ca-file ${plane.files.cert}`;
  vi.stubEnv('AWS_CONFIG_FILE', file('config'));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', file('sdk'));
  await writeFile(file('sdk'), `[sdk]\ncredential_process = ${command} --profile sso\n`);
  const client = new AppMeshClient({
    region: REGION,
    endpoint: plane.endpoint,
    credentials: fromProcess({ profile: 'sdk' }),
    requestHandler: { httpsAgent: new Agent({ ca: await readFile(plane.files.cert) }) },
  });
  expect((await client.send(new ListMeshesCommand({}))).meshes).toEqual([]);
  client.destroy();
  vi.unstubAllEnvs();
});

test('the line of docs/commands.md gives a shell the keys, for daybreak and for AWS’s tools', async () => {
  await change('reader', { awsPrincipals: [ROLE] });
  await writeFile(file('daybreak'), `#!/bin/sh\nexec ${process.execPath} ${DAYBREAK} "$@"\n`, {
    mode: 0o755,
  });
  const lines = [
    ...blockOf('docs/commands.md', 'eval "$(daybreak login'),
    'daybreak get meshes -o json',
    `${awsCommand()} appmesh list-meshes --region ${REGION} --endpoint-url "$DAYBREAK_ENDPOINT"`,
  ];
  const shell = () =>
    execa('sh', ['-ec', lines.join('\n')], {
      reject: false,
      extendEnv: false,
      env: {
        ...env('sso'),
        PATH: `${folder}:${process.env['PATH']}`,
        AWS_REGION: REGION,
        DAYBREAK_ENDPOINT: plane.endpoint,
        DAYBREAK_CA_FILE: plane.files.cert,
      },
    });
  await expect.poll(async () => (await shell()).stderr, { timeout: 60_000 }).toBe('');
  expect((await shell()).stdout).toContain('"meshes": []');
});

test('daybreak takes the same profile; a profile that runs itself is an error that says so', async () => {
  await change('reader', {
    awsPrincipals: [ROLE],
    policies: [
      { Statement: { Effect: 'Allow', Action: ['appmesh:*', 'daybreak:GetStatus'], Resource: '*' } },
    ],
  });
  await expect.poll(async () => (await daybreak(['status'], 'mesh')).exitCode).toBe(0);
  const { exitCode, stderr } = await daybreak(['status'], 'circle');
  expect(exitCode).toBe(1);
  expect(stderr).toContain('no AWS credentials can be had, although AWS_PROFILE is set');
  const own = await daybreak(['login'], 'circle');
  expect(own.stderr).toContain(
    'there are no AWS credentials to log in with (a profile that runs daybreak login itself',
  );
});

test('the audit and the log have the login, the user, and the person of AWS behind the keys', async () => {
  await daybreak(['get', 'meshes'], 'mesh');
  const lines = async () => (await readFile(plane.files.audit, 'utf8')).split('\n').slice(0, -1);
  const events = async () =>
    (await lines()).map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  const caller = `arn:aws:sts::${MOTO_ACCOUNT}:assumed-role/deploy/alice@example.com`;
  await expect.poll(events).toContainEqual(
    expect.objectContaining({
      eventName: 'Login',
      userIdentity: expect.objectContaining({
        userName: 'reader',
        sessionContext: { sessionIssuer: { type: 'Role', arn: caller } },
      }),
      requestParameters: { awsCaller: caller },
    }),
  );
  await expect
    .poll(events)
    .toContainEqual(expect.objectContaining({ eventName: 'Login', errorCode: 'AccessDeniedException' }));
  await expect.poll(events).toContainEqual(
    expect.objectContaining({
      eventName: 'CreateMesh',
      userIdentity: expect.objectContaining({
        sessionContext: { sessionIssuer: { type: 'Role', arn: caller } },
      }),
    }),
  );
  await expect.poll(() => plane.log().join('\n')).toContain(`arn:aws:iam::${OWNER}:user/reader by ${caller}`);
});

test('a signed proof is of use once, at one endpoint, and the keys end when the role is taken away', async () => {
  const post = (body: object) => postLogin(plane, body);
  const proofFor = (endpoint: string) => loginProof(plane, role, endpoint);
  const { host } = new URL(plane.endpoint);
  const proof = await proofFor(host);
  const first = await post(proof);
  expect(first.status).toBe(200);
  expect((await post(proof)).text).toContain('CHALLENGE: the challenge has expired, or was used already');
  // A control plane in the middle got it for its own name.
  expect((await post(await proofFor('evil.example'))).text).toContain('SignatureDoesNotMatch');
  expect((await post({ ...(await proofFor(host)), challenge: 'x' })).text).toContain('CHALLENGE:');
  expect((await post({ challenge: 1 })).text).toContain('challenge: it has to be a text');
  expect((await post({ ...(await proofFor(host)), date: '20200101T000000Z' })).text).toContain('CLOCK_SKEW');

  const keys = JSON.parse(first.text) as Readonly<Record<string, string>>;
  const use = () =>
    execa(process.execPath, [DAYBREAK, 'get', 'meshes'], {
      reject: false,
      extendEnv: false,
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        AWS_REGION: REGION,
        DAYBREAK_ENDPOINT: plane.endpoint,
        DAYBREAK_CA_FILE: plane.files.cert,
        AWS_ACCESS_KEY_ID: keys['accessKeyId'],
        AWS_SECRET_ACCESS_KEY: keys['secretAccessKey'],
        AWS_SESSION_TOKEN: keys['sessionToken'],
      },
    });
  expect((await use()).exitCode).toBe(0);
  await change('reader', { awsPrincipals: [] });
  await expect.poll(async () => (await use()).stderr).toContain('UnrecognizedClientException');
});
