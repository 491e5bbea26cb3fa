import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tokenLine } from '../../controlplane/ads/testing/access.ts';
import { runDaybreak } from './testing/run-daybreak.ts';
import { startIdentityPlane, type IdentityPlane } from './testing/identity-plane.ts';
import { startTestAgent } from './testing/test-agent.ts';

const A = 'mesh/m/virtualNode/a';
const idOf = (token: string): string => createHash('sha256').update(token).digest('hex').slice(0, 16);

let plane: IdentityPlane;
beforeAll(async () => {
  plane = await startIdentityPlane();
  const file = join(plane.folder, 'tokens');
  await writeFile(file, tokenLine('of-the-file', ['mesh/m/virtualNode/*']));
  await plane.restart([`--tokens=${file}`]);
});
afterAll(() => plane?.remove());

test('token list shows join tokens and those of the file without secrets, and token revoke takes a join token away', async () => {
  const [kept, revoked] = [
    await plane.joinToken('a'),
    await plane.joinToken('b', { cidrs: ['127.0.0.0/8'] }),
  ];
  const list = await runDaybreak(plane, 'token', 'list');
  expect(list).toMatch(new RegExp(`^${idOf(kept)} +join +${A} +any +2`, 'm'));
  expect(list).toMatch(
    new RegExp(`^${idOf(revoked)} +join +mesh/m/virtualNode/b +127\\.0\\.0\\.0/8 +2`, 'm'),
  );
  expect(list).toMatch(
    new RegExp(`^${idOf('of-the-file')} +file +mesh/m/virtualNode/\\* +any +- +never`, 'm'),
  );
  for (const secret of [kept, revoked, 'of-the-file']) expect(list).not.toContain(secret);

  expect(await runDaybreak(plane, 'token', 'revoke', '--id', idOf(revoked))).toBe(
    `${idOf(revoked)} was revoked.\n`,
  );
  const agent = await startTestAgent(plane, { node: 'mesh/m/virtualNode/b', token: revoked });
  await expect.poll(() => agent.identity.status().problem).toMatch(/^TOKEN_UNKNOWN: /);
  agent.close();
  const { joinTokens } = JSON.parse(await runDaybreak(plane, 'token', 'list', '-o', 'json')) as {
    joinTokens: readonly { id: string }[];
  };
  expect(joinTokens.map(({ id }) => id)).toEqual([idOf(kept)]);
});

test('a used token is no longer listed, and all tokens of a node can be revoked at once', async () => {
  const used = await plane.joinToken('a');
  const agent = await startTestAgent(plane, { node: A, token: used });
  await expect.poll(() => agent.identity.status().state).toBe('held');
  agent.close();
  const others = [await plane.joinToken('a'), await plane.joinToken('a')];
  const out = await runDaybreak(plane, 'token', 'revoke', '--node', A);
  expect(out).not.toContain(idOf(used));
  for (const each of others) expect(out).toContain(`${idOf(each)} was revoked.`);
});

test('a token of the file is not revoked: the message says where it is', async () => {
  await expect(runDaybreak(plane, 'token', 'revoke', '--id', idOf('of-the-file'))).rejects.toThrow(
    'This token is in the file of --tokens: remove its line there.',
  );
  await expect(runDaybreak(plane, 'token', 'revoke', '--id', '0123456789abcdef')).rejects.toThrow(
    'There is no such join token',
  );
});
