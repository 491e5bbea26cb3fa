import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DOCUMENT, GUEST, key, OWNER, policy } from '../auth/testing/signed-requests.ts';
import type { CredentialsDocument } from '../auth/credentials/credentials-document.ts';
import { startConsole, type Browser, type TestConsole } from './testing/test-console.ts';

const WAIT = { timeout: 60_000 };

let test: TestConsole;
const answers: IncomingMessage[] = [];
beforeEach(async () => {
  test = await startConsole();
  await test.api.app.listen({ host: '127.0.0.1', port: 0 });
});
afterEach(async () => {
  for (const answer of answers.splice(0)) answer.destroy();
  await test.close();
});

/** Opens the events as a browser does, and collects their text. */
async function open(
  { cookie }: Browser,
  query = '',
): Promise<{ status: number | undefined; text: () => string }> {
  const { port } = test.api.app.server.address() as AddressInfo;
  const request = get({ host: '127.0.0.1', port, path: `/console/events${query}`, headers: { cookie } });
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  answers.push(answer);
  answer.on('error', () => undefined);
  let text = '';
  answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { status: answer.statusCode, text: () => text };
}

/** The credentials of the tests, with a user of GUEST whose policies are these statements, and with or without a shared mesh. */
function credentials(
  statements: readonly ReturnType<typeof policy>[],
  { shares = true }: { shares?: boolean } = {},
): CredentialsDocument {
  const user = { name: 'some', accessKeys: [key('AKSOME')], policies: [{ Statement: [...statements] }] };
  const accounts = DOCUMENT.accounts.map((account) => ({
    ...account,
    ...(account.id === OWNER && !shares ? { shares: [] } : {}),
    users: [...(account.users ?? []), ...(account.id === GUEST ? [user] : [])],
  }));
  return { accounts };
}

const READS = policy('Allow', ['daybreak:GetStatus', 'appmesh:*']);
const makeMesh = (meshName: string) => test.api.callAs('AKADMIN', 'PUT', '/meshes', { meshName });

it('reports changes only in the meshes that the caller may see', async () => {
  test.setCredentials(credentials([READS]));
  const { text } = await open(await test.signIn('AKSOME'));
  await makeMesh('colors');
  await makeMesh('shared');
  await expect.poll(text, WAIT).toContain('"mesh":"shared"');
  expect(text()).not.toContain('colors');
});

it('a reader whose account no longer shares a mesh gets no more events of it on the open connection', async () => {
  test.setCredentials(credentials([READS]));
  const { text } = await open(await test.signIn('AKSOME'));
  test.setCredentials(credentials([READS], { shares: false }));
  // The next beats look at the policies.
  const beats = () => text().split(':\n\n').length;
  const before = beats();
  await expect.poll(beats, WAIT).toBeGreaterThan(before + 1);
  await makeMesh('shared');
  const after = beats();
  await expect.poll(beats, WAIT).toBeGreaterThan(after + 1);
  expect(text()).not.toContain('"mesh":"shared"');
});

it('the stream of a reader who named a mesh ends when that mesh is no longer shared', async () => {
  test.setCredentials(credentials([READS]));
  const { text } = await open(await test.signIn('AKSOME'), `?mesh=shared&owner=${OWNER}`);
  test.setCredentials(credentials([READS], { shares: false }));
  await expect.poll(text, WAIT).toMatch(/event: ended\ndata: \{"reason":".*shares no mesh shared/);
});

it('a stream ends when the policies no longer allow events, and when the key of its reader is withdrawn', async () => {
  test.setCredentials(credentials([READS]));
  const { text } = await open(await test.signIn('AKSOME'));
  test.setCredentials(credentials([policy('Allow', 'appmesh:*')]));
  await expect.poll(text, WAIT).toMatch(/event: ended\ndata: \{"reason":".*daybreak:GetStatus/);

  test.setCredentials(credentials([READS]));
  const other = await open(await test.signIn('AKSOME'));
  test.setCredentials(DOCUMENT);
  await expect.poll(other.text, WAIT).toContain('event: ended\ndata: {"reason":"The session');
  expect((await open({ ...(await test.signIn('AKADMIN')) })).status).toBe(200);
});

it('a user without the permission gets no events', async () => {
  expect((await open(await test.signIn('AKREADER'))).status).toBe(403);
});

it('readers who left before they were served do not use up the places of others: a hundred did', async () => {
  await test.close();
  test = await startConsole(undefined, async ({ url }, { raw }) => {
    if (!url.includes('gone')) return;
    const closed = once(raw, 'close');
    raw.destroy();
    await closed;
  });
  await test.api.app.listen({ host: '127.0.0.1', port: 0 });
  const admin = await test.signIn('AKADMIN');
  const left = Array.from({ length: 100 }, () => open(admin, '?gone'));
  expect((await Promise.allSettled(left)).map(({ status }) => status)).toEqual(left.map(() => 'rejected'));
  await expect.poll(async () => (await open(admin)).status, WAIT).toBe(200);
});
