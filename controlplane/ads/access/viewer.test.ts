import { afterEach, beforeEach, expect, test } from 'vitest';
import { addAudit } from '../../audit/audit.ts';
import { compileCredentials } from '../../auth/credentials/credentials.ts';
import { DOCUMENT, GUEST, OWNER, secretOf } from '../../auth/testing/signed-requests.ts';
import { startApi, type TestApi } from '../../api/testing/test-api.ts';
import { backupRoute } from '../../backup/route.ts';
import { configDumpRoute } from '../../config-dump/route.ts';
import { explainRoute } from '../../explain/route.ts';
import { createStatus, statusRoute } from '../../status/status-route.ts';
import { NO_EXTERNAL_INPUTS } from '../../translate/external-inputs.ts';
import { createPreview } from '../preview.ts';
import { parseIdentity } from '../identity.ts';
import type { ProxyConfig } from '../config-table.ts';

// Operator endpoints beside the API keep the bounds of accounts, and their calls are audited.

const statement = (Action: string) => [{ Statement: { Effect: 'Allow' as const, Action, Resource: '*' } }];
const key = (accessKeyId: string) => ({ accessKeyId, secretAccessKey: secretOf(accessKeyId) });
const CREDENTIALS = compileCredentials({
  accounts: [
    ...DOCUMENT.accounts.filter(({ id }) => id !== GUEST),
    {
      id: GUEST,
      users: [
        { name: 'guest', accessKeys: [key('AKGUEST')], policies: statement('*') },
        { name: 'operator', accessKeys: [key('AKBACKUP')], policies: statement('daybreak:GetBackup') },
        { name: 'daybreak', accessKeys: [key('AKDAYBREAK')], policies: statement('daybreak:*') },
      ],
    },
  ],
});
const NODES = ['mesh/private/virtualNode/n', 'mesh/shared/virtualNode/n', 'mesh/guest/virtualNode/n'];

let api: TestApi;
let events: Record<string, unknown>[];
beforeEach(async () => {
  api = await startApi({ credentials: CREDENTIALS });
  events = [];
  const append = (line: string): unknown => events.push(JSON.parse(line) as Record<string, unknown>);
  addAudit(api.app, { append, skip: () => undefined, region: 'r', now: () => 0 });
  const { model } = api.live;
  const noProxies = {
    connected: () => undefined,
    circumstances: () => ({ isIdentified: true }) as never,
    dependents: { callersOf: () => [] },
    hasOthers: () => false,
  };
  const preview = createPreview(model, NO_EXTERNAL_INPUTS, noProxies, true);
  const configs = {
    get: (id: string) =>
      ({
        identity: parseIdentity(id),
        state: 'served',
        problems: [],
        troubles: () => [],
      }) as unknown as ProxyConfig,
    circumstances: () => ({}) as never,
  };
  const streams = [...NODES, 'mesh/nowhere/virtualNode/n'].map((id) => ({
    key: id,
    node: { id, version: '', metadata: {} },
    peer: '',
    connectedAt: 0,
    types: [],
  }));
  const status = createStatus(model, { streams: () => streams as never }, configs as never);
  for (const route of [
    configDumpRoute(preview),
    explainRoute(preview, () => []),
    backupRoute(api.store),
    statusRoute(status),
  ])
    api.app.register(route);
  for (const [user, meshName] of [
    ['AKADMIN', 'private'],
    ['AKADMIN', 'shared'],
    ['AKGUEST', 'guest'],
  ] as const) {
    await api.callAs(user, 'PUT', '/meshes', { meshName });
    await api.callAs(user, 'PUT', `/meshes/${meshName}/virtualNodes`, { virtualNodeName: 'n', spec: {} });
  }
  events.length = 0;
});
afterEach(() => api.close());

async function ask(user: string, url: string) {
  const authorization = `Basic ${Buffer.from(`${user}:${secretOf(user)}`).toString('base64')}`;
  const reply = await api.app.inject({ url, headers: { authorization } });
  return { status: reply.statusCode, error: reply.headers['x-amzn-errortype'], body: reply.body };
}

const paths = (node: string) => [
  `/config-dump?node=${node}`,
  `/explain?node=${node}&method=GET&url=http://a/`,
];

test('a user sees proxies of their own account, and of a mesh that is shared with it', async () => {
  for (const node of [
    'mesh/shared/virtualNode/n',
    `mesh/shared@${OWNER}/virtualNode/n`,
    'mesh/guest/virtualNode/n',
  ]) {
    for (const path of paths(node)) expect(await ask('AKGUEST', path)).toMatchObject({ status: 200 });
  }
});

test('a user with all rights in one account cannot tell whether another account has a mesh', async () => {
  for (const mesh of ['private', 'missing']) {
    for (const path of paths(`mesh/${mesh}/virtualNode/n`))
      expect(await ask('AKGUEST', path)).toMatchObject({ status: 404, error: 'NotFoundException' });
    for (const path of paths(`mesh/${mesh}@${OWNER}/virtualNode/n`))
      expect(await ask('AKGUEST', path)).toMatchObject({ status: 403, error: 'AccessDeniedException' });
  }
});

test('the status shows a user the proxies of meshes that the user sees, and proxies without a mesh', async () => {
  const { body } = await ask('AKGUEST', '/status');
  const { proxies } = JSON.parse(body) as { proxies: { resource: string }[] };
  expect(proxies.map(({ resource }) => resource)).toEqual([
    'mesh/guest/virtualNode/n',
    'mesh/nowhere/virtualNode/n',
    'mesh/shared/virtualNode/n',
  ]);
});

test('a backup, which covers all accounts, needs a policy that names its action in full', async () => {
  for (const user of ['AKGUEST', 'AKADMIN', 'AKDAYBREAK']) {
    const { status, body } = await ask(user, '/backup');
    expect(status).toBe(403);
    expect(body).toContain('names the daybreak:GetBackup action in full');
  }
  expect(await ask('AKBACKUP', '/backup')).toMatchObject({ status: 200 });
});

test('each call to an operator endpoint is an audit event', async () => {
  await ask('AKBACKUP', '/backup');
  await ask('AKGUEST', '/status');
  for (const path of paths('mesh/guest/virtualNode/n')) await ask('AKGUEST', path);
  const names = ['GetBackup', 'GetStatus', 'GetConfigDump', 'Explain'];
  expect(events.map(({ eventName, readOnly }) => [eventName, readOnly])).toEqual(
    names.map((name) => [name, true]),
  );
});
