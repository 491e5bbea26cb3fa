import { SignatureV4 } from '@smithy/signature-v4';
import { Sha256 } from '../../../common/sha256.ts';
import { startMoto, type Moto } from '../../../controlplane/discovery/testing/moto.ts';

/** The account of moto. */
export const MOTO_ACCOUNT = '123456789012';

/**
 * Starts a moto that lets the calls of one `assumeNewRole` through, and then verifies signatures, as AWS does. `calls`: those of further
 * preparations.
 */
export function startVerifyingMoto(calls = 0): Promise<Moto> {
  return startMoto('127.0.0.1', { INITIAL_NO_AUTH_ACTION_COUNT: String(3 + calls) });
}

/** Calls AWS's query API. */
async function call(
  endpoint: string,
  service: string,
  parameters: Readonly<Record<string, string>>,
): Promise<string> {
  const url = new URL(endpoint);
  const body = new URLSearchParams(parameters).toString();
  const signer = new SignatureV4({
    service,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 's' },
    sha256: Sha256,
  });
  const request = {
    method: 'POST',
    protocol: 'http:',
    hostname: url.hostname,
    port: Number(url.port),
    path: '/',
    query: {},
    headers: { host: url.host, 'content-type': 'application/x-www-form-urlencoded' },
    body,
  };
  const { headers } = await signer.sign(request);
  const answer = await fetch(`${endpoint}/`, { method: 'POST', headers, body });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text;
}

/** Creates a role under the path `/tasks/`, and assumes it. Returns the variables with its credentials. */
export async function assumeNewRole(
  { endpoint }: Moto,
  role: string,
  session: string,
): Promise<Readonly<Record<'AWS_ACCESS_KEY_ID' | 'AWS_SECRET_ACCESS_KEY' | 'AWS_SESSION_TOKEN', string>>> {
  const query = (service: string, parameters: Readonly<Record<string, string>>) =>
    call(endpoint, service, parameters);
  const policy = (action: string, more: object) =>
    JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, ...more }] });
  const version = '2010-05-08';
  await query('iam', {
    Action: 'CreateRole',
    Version: version,
    RoleName: role,
    Path: '/tasks/',
    AssumeRolePolicyDocument: policy('sts:AssumeRole', { Principal: { Service: 'ecs-tasks.amazonaws.com' } }),
  });
  await query('iam', {
    Action: 'PutRolePolicy',
    Version: version,
    RoleName: role,
    PolicyName: 'all',
    PolicyDocument: policy('*', { Resource: '*' }),
  });
  const assumed = await query('sts', {
    Action: 'AssumeRole',
    Version: '2011-06-15',
    RoleArn: `arn:aws:iam::${MOTO_ACCOUNT}:role/tasks/${role}`,
    RoleSessionName: session,
  });
  const part = (name: string): string => new RegExp(`<${name}>([^<]+)</${name}>`).exec(assumed)?.[1] ?? '';
  return {
    AWS_ACCESS_KEY_ID: part('AccessKeyId'),
    AWS_SECRET_ACCESS_KEY: part('SecretAccessKey'),
    AWS_SESSION_TOKEN: part('SessionToken'),
  };
}
