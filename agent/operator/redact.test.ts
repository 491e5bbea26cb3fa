import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeMuteFolder } from '../../common/files/testing/mute-folder.ts';
import { createRedact, redactWithFiles, shownEnvironment } from './redact.ts';

const KEY = '-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqG\nSM49AgEGCCqGSM49\n-----END PRIVATE KEY-----\n';
const env = {
  APPMESH_RESOURCE_ARN: 'mesh/m/virtualNode/n',
  DAYBREAK_XDS_TOKEN: 'token-in-a-variable',
  DAYBREAK_XDS_TOKEN_FILE: '/run/token',
  DAYBREAK_STATE_KEYS: '1',
  AWS_SECRET_ACCESS_KEY: 'a-secret-access-key',
  AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/0123',
  DATABASE_URL: 'postgres://u:password@h/d',
  APPMESH_XDS_ENDPOINT: 'http://user:password@h:1',
};
const redact = createRedact(env, ['token-in-a-file\n', KEY]);

test.each([
  ['token-in-a-variable', 'a token of a variable'],
  ['token-in-a-file', 'a token of a file'],
  ['a-secret-access-key', 'a key of AWS'],
  ['/v2/credentials/0123', "the URI of a task's credentials"],
  ['SM49AgEGCCqGSM49', 'a line of a key'],
  [JSON.stringify({ key: KEY }), 'a key in JSON'],
  ['authorization: Bearer eyJhbGciOi.J9', 'a bearer token of unknown origin'],
  ['postgres://u:password@h/d', 'a password in a URL'],
  ['AKIAIOSFODNN7EXAMPLE', 'an access key of AWS'],
])('%s is struck out (%s)', (secret) => {
  const left = redact(`before ${secret} after`);
  expect(left).toContain('(struck out)');
  expect(left).not.toMatch(/token-in|secret-access|0123|SM49|MIGH|eyJ|password|AKIA/);
  expect(left).toMatch(/^before .* after$/s);
});

test('the environment has values of the agent only, and no secret', () => {
  expect(shownEnvironment(env, redact)).toEqual({
    APPMESH_RESOURCE_ARN: 'mesh/m/virtualNode/n',
    APPMESH_XDS_ENDPOINT: 'http://(struck out)@h:1',
    AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '(struck out)',
    AWS_SECRET_ACCESS_KEY: '(struck out)',
    DATABASE_URL: '(not shown)',
    DAYBREAK_STATE_KEYS: '1',
    DAYBREAK_XDS_TOKEN: '(struck out)',
    DAYBREAK_XDS_TOKEN_FILE: '/run/token',
  });
});

test('files are read again for each redactor, and a missing one is left out', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'redact-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'token');
  writeFileSync(file, 'first-token\n');
  const files = [file, join(folder, 'none')];
  expect((await redactWithFiles({}, files))('first-token second-token')).toBe('(struck out) second-token');
  writeFileSync(file, 'second-token\n');
  expect((await redactWithFiles({}, files))('first-token second-token')).toBe('first-token (struck out)');
});

const mute = makeMuteFolder();

test.skipIf(mute === undefined)(
  'a file without an answer is an error; the agent waited for it forever',
  async () => {
    onTestFinished(() => mute?.remove());
    await expect(redactWithFiles({}, [join(mute?.path ?? '', 'token')])).rejects.toThrow(
      'no answer within 2 s',
    );
  },
);
