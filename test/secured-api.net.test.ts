import { Agent } from 'node:https';
import { connect } from 'node:tls';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  AppMeshClient,
  CreateMeshCommand,
  CreateVirtualNodeCommand,
  DeleteMeshCommand,
  DescribeMeshCommand,
  ListMeshesCommand,
} from '@aws-sdk/client-app-mesh';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { DOCUMENT, GUEST, OWNER, REGION, secretOf } from '../controlplane/auth/testing/signed-requests.ts';
import { writeSelfSigned } from '../controlplane/tls/testing/certificates.ts';
import { startSecuredControlPlane, type SecuredControlPlane } from './testing/secured-control-plane.ts';

// The running program, over TLS, with the SDK and the aws command line as clients. One story, in order.

let plane: SecuredControlPlane;
beforeAll(async () => {
  plane = await startSecuredControlPlane('--region', REGION);
});
afterAll(() => plane.remove());

/** Creates a client with a key of the credentials document, which trusts the current certificate. */
async function clientOf(accessKeyId: string, extra: { secret?: string; sessionToken?: string } = {}) {
  const { secret = secretOf(accessKeyId), ...token } = extra;
  return new AppMeshClient({
    endpoint: plane.endpoint,
    region: REGION,
    credentials: { accessKeyId, secretAccessKey: secret, ...token },
    maxAttempts: 1,
    requestHandler: { httpsAgent: new Agent({ ca: await readFile(plane.files.cert) }) },
  });
}
const refused = (name: string) => ({ name, $metadata: { httpStatusCode: 403 } });

test('the policies of a user decide which calls succeed, over TLS', async () => {
  const admin = await clientOf('AKADMIN');
  const { mesh } = await admin.send(new CreateMeshCommand({ meshName: 'shared' }));
  expect(mesh?.metadata).toMatchObject({ meshOwner: OWNER, resourceOwner: OWNER });
  const reader = await clientOf('AKREADER');
  expect((await reader.send(new ListMeshesCommand({}))).meshes).toHaveLength(1);
  await expect(reader.send(new DeleteMeshCommand({ meshName: 'shared' }))).rejects.toMatchObject({
    ...refused('AccessDeniedException'),
    message: expect.stringContaining(
      `user/reader is not authorized to perform: appmesh:DeleteMesh`,
    ) as string,
  });
});

test.each([
  ['a wrong secret', 'AKADMIN', { secret: 'another-secret-altogether' }, 'InvalidSignatureException'],
  ['an unknown key', 'AKNONE', {}, 'UnrecognizedClientException'],
  ['a wrong session token', 'ASVISITOR', { sessionToken: 'other' }, 'UnrecognizedClientException'],
  ['credentials that have expired', 'ASVISITOR', { sessionToken: 'token' }, 'ExpiredTokenException'],
])('%s: the SDK throws the error of AWS', async (_, key, extra, error) => {
  const client = await clientOf(key, extra);
  await expect(client.send(new ListMeshesCommand({}))).rejects.toMatchObject(refused(error));
});

test.each([
  ['text that is not HTTP', 'garbage\r\n\r\n', '400 Bad Request', 'SerializationException'],
  [
    'a request without a host',
    'GET /meshes HTTP/1.1\r\nConnection: close\r\n\r\n',
    '400 Bad Request',
    'SerializationException',
  ],
  [
    'headers that are too large',
    `GET /meshes HTTP/1.1\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`,
    '431 Request Header Fields Too Large',
    'RequestHeaderFieldsTooLargeException',
  ],
])('%s is answered in the form of all other errors, over TLS', async (_, bytes, status, error) => {
  const { hostname, port } = new URL(plane.endpoint);
  const socket = connect({ host: hostname, port: Number(port), ca: await readFile(plane.files.cert) });
  let answer = '';
  socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
  socket.write(bytes);
  // The server closes the connection, and bytes that it has not read make that an error here.
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('close', resolve));
  expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status}\r\n`));
  expect(answer.toLowerCase()).toContain(`x-amzn-errortype: ${error.toLowerCase()}\r\n`);
  expect(answer.toLowerCase()).toMatch(/\r\nx-amzn-requestid: [0-9a-f-]{36}\r\n/);
  expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toEqual({ message: expect.any(String) as string });
});

test('a client whose clock is wrong by an hour gets an error and corrects its clock offset', async () => {
  const client = await clientOf('AKADMIN');
  client.config.systemClockOffset = -3_600_000;
  await expect(client.send(new ListMeshesCommand({}))).rejects.toMatchObject({
    ...refused('InvalidSignatureException'),
    message: expect.stringContaining('Signature expired') as string,
  });
  await expect(client.send(new ListMeshesCommand({}))).resolves.toMatchObject({});
});

test('an account creates its resources in a mesh that is shared with it', async () => {
  const guest = await clientOf('AKGUEST');
  const shared = { meshName: 'shared', meshOwner: OWNER };
  expect((await guest.send(new ListMeshesCommand({}))).meshes).toMatchObject([shared]);
  const made = await guest.send(
    new CreateVirtualNodeCommand({ ...shared, virtualNodeName: 'theirs', spec: {} }),
  );
  expect(made.virtualNode?.metadata).toMatchObject({ meshOwner: OWNER, resourceOwner: GUEST });
  await expect(guest.send(new DescribeMeshCommand({ meshName: 'shared' }))).rejects.toMatchObject({
    name: 'NotFoundException',
  });
  await expect(guest.send(new DescribeMeshCommand({ ...shared, meshName: 'other' }))).rejects.toMatchObject(
    refused('AccessDeniedException'),
  );
});

/** Runs `aws appmesh` with exactly the given AWS_* variables. */
async function aws(env: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const command = process.env['DAYBREAK_AWS'];
  if (command === undefined)
    throw new Error('DAYBREAK_AWS names no AWS command line: `npm test` installs one and sets it');
  return execa(command, ['appmesh', ...args, '--output', 'json'], {
    env: {
      AWS_ENDPOINT_URL_APP_MESH: plane.endpoint,
      AWS_CA_BUNDLE: plane.files.cert,
      AWS_DEFAULT_REGION: REGION,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_MAX_ATTEMPTS: '1',
      ...env,
    },
    reject: false,
  });
}
const keyOf = (id: string) => ({ AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secretOf(id) });

test('the signature of the aws command line is verified for names with any characters', async () => {
  const name = "a b/ü:80+x'(y)*!~=%2F";
  const mesh = ['--mesh-name', 'shared', '--virtual-service-name', name];
  const made = await aws(keyOf('AKADMIN'), 'create-virtual-service', ...mesh, '--spec', '{}');
  expect(made.stderr).toBe('');
  const found = await aws(keyOf('AKREADER'), 'describe-virtual-service', ...mesh);
  expect(JSON.parse(found.stdout)).toMatchObject({ virtualService: { virtualServiceName: name } });
});

test.each<[string, Record<string, string>, string[], string, string]>([
  [
    'a wrong secret',
    { ...keyOf('AKADMIN'), AWS_SECRET_ACCESS_KEY: 'x'.repeat(40) },
    [],
    'InvalidSignatureException',
    'does not match',
  ],
  [
    'an unknown key',
    keyOf('AKNONE'),
    [],
    'UnrecognizedClientException',
    'security token included in the request is invalid',
  ],
  [
    'no key',
    {},
    ['--no-sign-request'],
    'MissingAuthenticationTokenException',
    'missing Authentication Token',
  ],
  [
    'another region',
    { ...keyOf('AKADMIN'), AWS_DEFAULT_REGION: 'us-west-2' },
    [],
    'InvalidSignatureException',
    `'${REGION}'`,
  ],
  ['no permission', keyOf('AKPOWERLESS'), [], 'AccessDeniedException', 'appmesh:ListMeshes on resource: *'],
])('%s: the aws command line shows the reason', async (_, env, flags, exception, text) => {
  const { exitCode, stderr } = await aws(env, 'list-meshes', ...flags);
  expect(exitCode).toBeGreaterThanOrEqual(254);
  expect(stderr).toContain(`(${exception})`);
  expect(stderr).toContain(text);
});

test('a monitoring system reads the metrics with an access key as user and password', async () => {
  const ask = async (key: string) =>
    execa('curl', [
      '-sS',
      '--cacert',
      plane.files.cert,
      '-u',
      `${key}:${secretOf(key)}`,
      `${plane.endpoint}/metrics`,
    ]);
  const { stdout } = await ask('AKADMIN');
  expect(stdout).toMatch(/^daybreak_api_requests_total\{operation="CreateMesh",status="200"\} 1$/m);
  expect(stdout).toMatch(/^daybreak_store_commits_total\{outcome="committed"\} 3$/m);
  expect((await ask('AKREADER')).stdout).toContain('daybreak:GetMetrics');
});

test('the audit file has each change and each denial, and continues under its name after a rotation', async () => {
  const events = async () =>
    (await readFile(plane.files.audit, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { eventName: string; errorCode?: string });
  // A line is queued before its call is answered, and written soon after.
  const before = async () =>
    (await events()).map(({ eventName, errorCode }) => `${eventName} ${errorCode ?? 'done'}`);
  await expect
    .poll(before)
    .toEqual(
      expect.arrayContaining([
        'CreateMesh done',
        'CreateVirtualNode done',
        'DeleteMesh AccessDeniedException',
        'ListMeshes ExpiredTokenException',
        'GetMetrics AccessDeniedException',
      ]),
    );
  await rename(plane.files.audit, `${plane.files.audit}.1`);
  plane.signal('SIGHUP');
  const admin = await clientOf('AKADMIN');
  await admin.send(new CreateMeshCommand({ meshName: 'later' }));
  await expect.poll(events).toMatchObject([{ eventName: 'CreateMesh' }]);
});

test('a renewed certificate and changed users take effect without a restart', async () => {
  await writeSelfSigned(plane.files);
  const [owner, ...others] = DOCUMENT.accounts;
  const users = owner?.users?.filter(({ name }) => name !== 'reader');
  await writeFile(plane.files.credentials, JSON.stringify({ accounts: [{ ...owner, users }, ...others] }));
  const list = async (key: string) => (await clientOf(key)).send(new ListMeshesCommand({}));
  await vi.waitFor(
    async () => {
      await expect(list('AKADMIN')).resolves.toMatchObject({});
      await expect(list('AKREADER')).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
    },
    { timeout: 120_000 },
  );
  await writeFile(plane.files.credentials, '{}');
  await expect.poll(() => plane.log().join('\n')).toContain('"accounts\\" is missing');
  await expect(list('AKADMIN')).resolves.toMatchObject({});
});

test('neither the log nor the audit file contains a secret', async () => {
  const written = `${plane.log().join('\n')}${await readFile(plane.files.audit, 'utf8')}`;
  for (const key of ['AKADMIN', 'AKREADER', 'ASVISITOR']) expect(written).not.toContain(secretOf(key));
  expect(await plane.stop()).toBe(0);
});

test.each([
  [
    'no such file',
    ['--credentials', '/nowhere/c.json'],
    'the credentials cannot be read from /nowhere/c.json',
  ],
  ['a certificate without a key', ['--tls-cert', 'c.pem'], '--tls-key is not set'],
  ['an open port', ['--api', '0.0.0.0:0'], '--api="0.0.0.0:0": beyond loopback it needs --credentials'],
])('a start with %s fails with an error that says so', async (_, flags, message) => {
  const daybreak = join(import.meta.dirname, '../cli/main.ts');
  const args = [daybreak, 'controlplane', '--data', join(plane.files.cert, 'none'), ...flags];
  const { exitCode, stderr } = await execa(process.execPath, args, { reject: false });
  expect(exitCode).toBe(1);
  expect(stderr).toContain(message);
});
