import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { startLocalControlPlane, type LocalControlPlane } from '../../lab/programs/local-control-plane.ts';
import { selfSigned } from '../../../controlplane/tls/testing/certificates.ts';

/** A control plane with an authority, over TLS, in a process of its own. For tests. */
export type IdentityPlane = {
  readonly folder: string;
  /** The authority of its TLS certificate, PEM. */
  readonly ca: string;
  readonly plane: () => LocalControlPlane;
  readonly ads: () => { readonly host: string; readonly port: number };
  /** Calls the API; the path is from `/`. Rejects unless the status is 200. */
  readonly call: (
    method: 'GET' | 'PUT' | 'POST' | 'DELETE',
    path: string,
    body?: object,
  ) => Promise<Readonly<Record<string, unknown>>>;
  /** Creates a join token. */
  readonly joinToken: (node: string, more?: object) => Promise<string>;
  /** Stops it and starts it again on the same store, with other flags or variables. */
  readonly restart: (flags?: readonly string[], env?: Readonly<Record<string, string>>) => Promise<void>;
  readonly remove: () => Promise<void>;
};

/** The trust domain. */
export const DOMAIN = 'apps.example';

/** Starts a control plane with the mesh `m` and its virtual nodes `a` and `b`. */
export async function startIdentityPlane(flags: readonly string[] = []): Promise<IdentityPlane> {
  const folder = await mkdtemp(join(tmpdir(), 'daybreak-identity-'));
  const file = (name: string): string => join(folder, name);
  const { cert, key } = await selfSigned();
  await writeFile(file('cert.pem'), cert);
  await writeFile(file('key.pem'), key, { mode: 0o600 });
  await writeFile(file('ca.key'), randomBytes(32).toString('base64'), { mode: 0o600 });
  const start = (more: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    startLocalControlPlane(
      [
        `--data=${file('data')}`,
        `--trust-domain=${DOMAIN}`,
        `--ca-key=${file('ca.key')}`,
        `--tls-cert=${file('cert.pem')}`,
        `--tls-key=${file('key.pem')}`,
        ...more,
      ],
      { env: { NODE_EXTRA_CA_CERTS: file('cert.pem'), ...env } },
    );
  let plane = await start(flags);
  const call: IdentityPlane['call'] = async (method, path, body) => {
    const { request } = await import('node:https');
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const url = `${plane.api}${path}`;
    const sent = request(
      url,
      { method, ca: cert, servername: 'localhost', headers: { host: 'localhost' } },
      (answer) => {
        let text = '';
        answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
        answer.on('end', () =>
          answer.statusCode === 200 ? resolve(text) : reject(new Error(`${answer.statusCode} ${text}`)),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body === undefined ? '' : JSON.stringify(body));
    return JSON.parse(await promise) as Readonly<Record<string, unknown>>;
  };
  await call('PUT', '/v20190125/meshes', { meshName: 'm' });
  for (const virtualNodeName of ['a', 'b'])
    await call('PUT', '/v20190125/meshes/m/virtualNodes', { virtualNodeName, spec: {} });
  return {
    folder,
    ca: cert,
    plane: () => plane,
    ads: () => ({ host: 'localhost', port: Number(plane.ads.split(':')[1]) }),
    call,
    async joinToken(node, more = {}) {
      const proxy = { virtualNode: { virtualNodeName: node } };
      return String((await call('PUT', '/daybreak/v1/meshes/m/joinTokens', { proxy, ...more }))['token']);
    },
    async restart(more = flags, env = {}) {
      await plane.stop();
      plane = await start(more, env);
    },
    async remove() {
      await plane.kill();
      // An agent that was closed may still write its certificate.
      await rm(folder, { recursive: true, maxRetries: 5 });
    },
  };
}
