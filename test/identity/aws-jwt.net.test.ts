import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parametersOf } from '../../agent/identity/web-identity-token.ts';
import { startTokenSts, type TokenSts } from '../../controlplane/identity/testing/token-sts.ts';
import { awsCommand } from '../operations/clients/installed.ts';

// The agent signs and sends GetWebIdentityToken itself: the parameters are compared with those of AWS's own command.

const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: 'ASIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 's',
  AWS_SESSION_TOKEN: 't',
};

let sts: TokenSts;
beforeAll(async () => {
  sts = await startTokenSts('arn:aws:iam::123456789012:role/web-task');
});
afterAll(() => sts?.close());

test('the call has the parameters that the command of AWS sends', async () => {
  const [audience, tag] = ['apps.example', { Key: 'daybreak-nonce', Value: '00' }];
  const env = { ...CREDENTIALS, AWS_ENDPOINT_URL_STS: sts.url, AWS_DEFAULT_REGION: 'us-east-1' };
  const flagsOf = ['--audience', audience, '--signing-algorithm', 'ES384', '--duration-seconds', '120'];
  const args = ['sts', 'get-web-identity-token', ...flagsOf, '--tags', `Key=${tag.Key},Value=${tag.Value}`];
  const { stdout } = await execa(awsCommand(), [...args, '--output', 'json'], { env });
  expect(JSON.parse(stdout)).toMatchObject({
    WebIdentityToken: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/) as string,
  });
  const sent = Object.fromEntries(sts.calls.at(-1) ?? []);
  expect(sent).toEqual(parametersOf({ audience, tags: { [tag.Key]: tag.Value } }));
});
