import { keepAlive, request, type Answer } from '../lab/clients/http.ts';

// A stream of writes to a control plane that may be killed at any moment, with the known outcome of each write.

/** A virtual node that was written: versions 1 to `sent` were requested, and `answered` of these calls were answered. */
export type Written = { readonly mesh: string; readonly name: string; sent: number; answered: number };

/** The number of versions per virtual node. */
const VERSIONS = 3;

/** Creates the meshes. */
export async function makeMeshes(api: string, meshes: readonly string[]): Promise<void> {
  for (const meshName of meshes) {
    const { status, body } = await put(`${api}/v20190125/meshes`, { meshName });
    if (status !== 200) throw new Error(`making ${meshName}: ${status} ${body}`);
  }
}

/**
 * Creates virtual nodes and updates them, one call after another, until a call fails, or the signal is aborted after an answer.
 * Returns all of them; the outcome of the last call may be unknown.
 */
export async function writeUntilFailure(
  api: string,
  mesh: string,
  prefix: string,
  signal: AbortSignal,
): Promise<readonly Written[]> {
  const agent = keepAlive(1);
  const all: Written[] = [];
  try {
    for (let index = 0; !signal.aborted; index += 1) {
      const written: Written = { mesh, name: `${prefix}-${index}`, sent: 0, answered: 0 };
      all.push(written);
      while (written.sent < VERSIONS) {
        written.sent += 1;
        const { status } = await send(api, written, written.sent, agent);
        if (status !== 200) return all;
        written.answered = written.sent;
      }
    }
    return all;
  } catch {
    return all;
  } finally {
    agent.destroy();
  }
}

/** Requests one version of a virtual node: the first creates it, the others update it. A repeated call is idempotent. */
export function send(
  api: string,
  { mesh, name }: Pick<Written, 'mesh' | 'name'>,
  version: number,
  agent?: ReturnType<typeof keepAlive>,
): Promise<Answer> {
  const nodes = `${api}/v20190125/meshes/${mesh}/virtualNodes`;
  const body = { spec: specOf(version), clientToken: `${name}-${version}` };
  return version === 1
    ? put(nodes, { virtualNodeName: name, ...body }, agent)
    : put(`${nodes}/${name}`, body, agent);
}

/** Returns the spec of a virtual node in a version. */
export function specOf(version: number): object {
  return {
    listeners: [{ portMapping: { port: 9080, protocol: 'http' } }],
    serviceDiscovery: { dns: { hostname: `version-${version}.local` } },
  };
}

function put(url: string, body: object, agent?: ReturnType<typeof keepAlive>): Promise<Answer> {
  const headers = { 'content-type': 'application/json' };
  return request(url, { method: 'PUT', headers, body: JSON.stringify(body), ...(agent && { agent }) });
}
