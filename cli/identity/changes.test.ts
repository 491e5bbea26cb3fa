import { expect, test } from 'vitest';
import type { Client } from '../client/client.ts';
import { revokeTokens } from '../token/revoke.ts';
import { revoke } from './revoke.ts';
import { rotate } from './rotate.ts';

type Run = (client: Pick<Client, 'post'>, stdout: { write(text: string): unknown }) => Promise<void>;

/** Runs a command against an API that gives this answer, and returns what it prints. */
async function printed(answer: Readonly<Record<string, unknown>>, run: Run): Promise<string> {
  let shown = '';
  const client = { post: async () => answer } as unknown as Pick<Client, 'post'>;
  await run(client, { write: (text) => (shown += text) });
  return shown;
}

const ROTATED = {
  what: 'root',
  generation: 1,
  rotation: { step: 'distributing', since: '2026-11-29T20:15:00.000Z', missing: 2 },
};
const REVOKED = { revoked: 2, serials: ['4f0c', '7a31'] };
const TOKENS = { revoked: ['0123456789abcdef'] };

test.each<[string, Readonly<Record<string, unknown>>, Run]>([
  ['identity rotate', ROTATED, (client, stdout) => rotate(client, 'root', { output: 'json' }, stdout)],
  ['identity revoke', REVOKED, (client, out) => revoke(client, { serial: '7a31', output: 'json' }, out)],
  ['token revoke', TOKENS, (client, out) => revokeTokens(client, { node: 'n', output: 'json' }, out)],
])('%s -o json prints the answer: a program had to read the sentence', async (_, answer, run) => {
  expect(JSON.parse(await printed(answer, run))).toEqual(answer);
});

test('people get a sentence', async () => {
  const options = { output: 'text' } as const;
  expect(await printed(ROTATED, (client, out) => rotate(client, 'root', options, out))).toBe(
    'A new root is being introduced: daybreak identity shows the steps.\n',
  );
  expect(await printed(REVOKED, (client, out) => revoke(client, { ...options, node: 'n' }, out))).toBe(
    '2 certificates were revoked.\n',
  );
  expect(await printed(TOKENS, (client, out) => revokeTokens(client, { ...options, node: 'n' }, out))).toBe(
    '0123456789abcdef was revoked.\n',
  );
});
