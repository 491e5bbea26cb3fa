import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createAdminClient, type AdminClient } from './admin/admin-client.ts';
import { SHORT_FORM } from '../common/testing/short-form.ts';

const QUESTIONS: Readonly<Record<string, (admin: AdminClient) => Promise<unknown>>> = {
  ready: (admin) => admin.ready(),
  stats: (admin) => admin.stats('.'),
  endpoints: (admin) => admin.endpoints('.'),
  'a configuration dump': (admin) => admin.configDump('dynamic_active_secrets'),
  certificates: (admin) => admin.certificates(),
  'a drain': (admin) => admin.drainListeners(),
  'a close': (admin) => admin.closeListeners(),
};

test.skipIf(SHORT_FORM).each(['', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{'])(
  'a call times out if the admin interface sends nothing, or stops after %j',
  async (beginning) => {
    const folder = mkdtempSync(join(tmpdir(), 'admin-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const server = createServer((socket) => {
      socket.on('error', () => undefined).resume();
      socket.write(beginning);
    }).listen(join(folder, 'socket'));
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const admin = createAdminClient(join(folder, 'socket'));
    const outcomes = await Promise.all(
      Object.entries(QUESTIONS).map(([what, ask]) =>
        ask(admin).then(
          () => `${what} came`,
          () => undefined,
        ),
      ),
    );
    expect(outcomes.filter((each) => each !== undefined)).toEqual([]);
  },
);
