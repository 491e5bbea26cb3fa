import { fromIni, fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { createSender } from '../client/send.ts';
import { parseEndpoint } from '../client/endpoint.ts';
import type { Endpoint } from '../client/with-client.ts';
import { CommandError } from '../errors.ts';
import { login, type LoginKeys } from './login.ts';

/** Options of `daybreak login`. `profile`: of AWS's shared files; undefined: AWS's usual chain. */
export type LoginCommandOptions = Endpoint & {
  readonly profile?: string;
  readonly output: 'credential-process' | 'env';
};

const PATH = '/daybreak/v1/login';
/** Set while this command looks for credentials, which may run a `credential_process`. */
const GUARD = 'DAYBREAK_LOGIN_RUNS';

/** Logs in with credentials of AWS, and prints the keys: for `credential_process`, or as commands of a shell. */
export async function runLogin(
  options: LoginCommandOptions,
  stdout: { write(text: string): unknown },
  env: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  if (env[GUARD] !== undefined) {
    throw new CommandError(
      'the profile of AWS runs daybreak login as its own credential_process: name a profile with credentials of AWS by --profile',
    );
  }
  env[GUARD] = '1';
  const url = parseEndpoint(options.endpoint);
  const sender = createSender(url, options.caFile ?? env['AWS_CA_BUNDLE']);
  const headers = { host: url.host, 'content-type': 'application/json' };
  const path = `${url.pathname.replace(/\/$/, '')}${PATH}`;
  const { profile } = options;
  try {
    const keys = await login({
      host: url.host,
      credentials: profile === undefined ? fromNodeProviderChain() : fromIni({ profile }),
      post: (body) => sender.send({ method: 'POST', path, headers, body }),
    });
    stdout.write(FORMS[options.output](keys));
  } finally {
    sender.close();
  }
}

const FORMS: Readonly<Record<LoginCommandOptions['output'], (keys: LoginKeys) => string>> = {
  'credential-process': ({ accessKeyId, secretAccessKey, sessionToken, expiration }) =>
    `${JSON.stringify({
      Version: 1,
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      SessionToken: sessionToken,
      Expiration: expiration,
    })}\n`,
  env: ({ accessKeyId, secretAccessKey, sessionToken, expiration, user }) =>
    [
      `# ${user}, until ${expiration}`,
      `export AWS_ACCESS_KEY_ID=${accessKeyId}`,
      `export AWS_SECRET_ACCESS_KEY=${secretAccessKey}`,
      `export AWS_SESSION_TOKEN=${sessionToken}`,
      // The AWS SDK prefers a profile to keys.
      'unset AWS_PROFILE AWS_DEFAULT_PROFILE',
      '',
    ].join('\n'),
};
