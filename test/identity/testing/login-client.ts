import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { signCallerIdentity } from '../../../common/contracts/attestation/sign-sts.ts';
import { signedLoginHeaders } from '../../../common/contracts/attestation/sts-request.ts';
import type { SecuredControlPlane } from '../../testing/secured-control-plane.ts';

/** Posts to the login, as any client could. `host`: the header; default: the endpoint's. */
export async function postLogin(
  { endpoint, files }: SecuredControlPlane,
  body: object,
  host = new URL(endpoint).host,
): Promise<{ readonly status: number; readonly text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
  const ca = await readFile(files.cert);
  const sent = request(
    `${endpoint}/daybreak/v1/login`,
    { method: 'POST', ca, servername: 'localhost', headers: { host } },
    (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    },
  );
  sent.on('error', reject);
  sent.end(JSON.stringify(body));
  return promise;
}

/** Asks for a challenge, and signs it with the variables of a role for an endpoint (`HOST:PORT`). Returns the body of the login. */
export async function loginProof(
  plane: SecuredControlPlane,
  role: Readonly<Record<string, string>>,
  endpoint: string,
): Promise<Readonly<Record<string, string>>> {
  const credentials = async () => ({
    accessKeyId: role['AWS_ACCESS_KEY_ID'] ?? '',
    secretAccessKey: role['AWS_SECRET_ACCESS_KEY'] ?? '',
    sessionToken: role['AWS_SESSION_TOKEN'],
  });
  const asked = JSON.parse((await postLogin(plane, {})).text) as Readonly<Record<string, string>>;
  const { challenge = '', audience = '', stsHost: host = '', stsRegion: region = '' } = asked;
  const proof = await signCallerIdentity({ host, region }, credentials, (signed) =>
    signedLoginHeaders({ host, audience, challenge, endpoint }, signed),
  );
  return { challenge, ...proof };
}
