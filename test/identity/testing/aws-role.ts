import { SignatureV4 } from '@smithy/signature-v4';
import { Sha256 } from '../../../common/sha256.ts';
import { startMoto, type Moto } from '../../../controlplane/discovery/testing/moto.ts';

/** The account of moto. */
export const MOTO_ACCOUNT = '123456789012';

/** Starts a moto that lets `calls` calls through (default: those of one `assumeNewRole`), and then verifies signatures, as AWS does. */
export function startVerifyingMoto(calls = 3): Promise<Moto> {
  return startMoto('127.0.0.1', { INITIAL_NO_AUTH_ACTION_COUNT: String(calls) });
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

/** The variables with credentials of AWS. */
export type Keys = Readonly<
  Record<'AWS_ACCESS_KEY_ID' | 'AWS_SECRET_ACCESS_KEY' | 'AWS_SESSION_TOKEN', string>
>;

/** Creates a role under the path `/tasks/`, and assumes it, in three calls. Returns the variables with its credentials. */
export async function assumeNewRole(moto: Moto, role: string, session: string): Promise<Keys> {
  return (await assumeNamedRole(moto, role, session)).keys;
}

/**
 * Creates a role, deletes it, and creates and assumes one of the same name, in `REMADE_ROLE_CALLS` calls. Returns the variables with the
 * credentials of the second one, and the unique id of the first one.
 */
export async function assumeRemadeRole(
  moto: Moto,
  role: string,
  session: string,
): Promise<{ readonly keys: Keys; readonly formerId: string }> {
  const { uniqueId: formerId } = await assumeNamedRole(moto, role, session);
  const gone = { Version: IAM, RoleName: role };
  await call(moto.endpoint, 'iam', { Action: 'DeleteRolePolicy', PolicyName: 'all', ...gone });
  await call(moto.endpoint, 'iam', { Action: 'DeleteRole', ...gone });
  return { keys: (await assumeNamedRole(moto, role, session)).keys, formerId };
}

/** The calls of `assumeRemadeRole`. */
export const REMADE_ROLE_CALLS = 8;

const IAM = '2010-05-08';

/** Creates a role under the path `/tasks/`, and assumes it, in three calls. Returns the variables with its credentials, and its unique id. */
export async function assumeNamedRole({ endpoint }: Moto, role: string, session: string) {
  const query = (service: string, parameters: Readonly<Record<string, string>>) =>
    call(endpoint, service, parameters);
  const policy = (action: string, more: object) =>
    JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, ...more }] });
  await query('iam', {
    Action: 'CreateRole',
    Version: IAM,
    RoleName: role,
    Path: '/tasks/',
    AssumeRolePolicyDocument: policy('sts:AssumeRole', { Principal: { Service: 'ecs-tasks.amazonaws.com' } }),
  });
  await query('iam', {
    Action: 'PutRolePolicy',
    Version: IAM,
    RoleName: role,
    PolicyName: 'all',
    PolicyDocument: policy('*', { Resource: '*' }),
  });
  const answer = await query('sts', {
    Action: 'AssumeRole',
    Version: '2011-06-15',
    RoleArn: `arn:aws:iam::${MOTO_ACCOUNT}:role/tasks/${role}`,
    RoleSessionName: session,
  });
  const part = (name: string): string => new RegExp(`<${name}>([^<]+)</${name}>`).exec(answer)?.[1] ?? '';
  const keys: Keys = {
    AWS_ACCESS_KEY_ID: part('AccessKeyId'),
    AWS_SECRET_ACCESS_KEY: part('SecretAccessKey'),
    AWS_SESSION_TOKEN: part('SessionToken'),
  };
  return { keys, uniqueId: part('AssumedRoleId').replace(/:.*/, '') };
}
