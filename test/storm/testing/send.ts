import { setTimeout as sleep } from 'node:timers/promises';
import { nameMember } from '../../../controlplane/mesh/names.ts';
import { NAMED } from '../../../controlplane/api/properties/testing/named.ts';
import { request, type Answer } from '../../lab/clients/http.ts';
import { childrenOf, PROXIED, type StormRequest } from './requests.ts';

/** The outcome of a request: done, or rejected by a rule of the model. */
export type Outcome = 'done' | 'refused';

const COLLECTIONS: Readonly<Record<StormRequest['kind'], string>> = {
  mesh: '/meshes',
  virtualNode: '/meshes/m/virtualNodes',
  virtualRouter: '/meshes/m/virtualRouters',
  virtualService: '/meshes/m/virtualServices',
  virtualGateway: '/meshes/m/virtualGateways',
  route: `/meshes/m/virtualRouter/${NAMED.routers[0]}/routes`,
  gatewayRoute: `/meshes/m/virtualGateway/${PROXIED.virtualGateway}/gatewayRoutes`,
};

/** How long a request is retried, in milliseconds: a replica may be down, and the store unavailable. */
const LIMIT_MS = 120_000;
const PAUSE_MS = 50;

/**
 * Sends a request, first to the first of `apis`, then to each in turn until one has answered it.
 * @throws Error if none answers within a minute, or if an answer is one that no client should get
 */
export async function sendRequest(apis: readonly string[], wanted: StormRequest): Promise<Outcome> {
  const { name, kind, spec, action } = wanted;
  const collection = COLLECTIONS[kind];
  const own = `${collection}/${name}`;
  if (action === 'delete') {
    for (const child of childrenOf(wanted)) await sendRequest(apis, child);
    return outcome(wanted, await answered(apis, 'DELETE', own));
  }
  const updated = await answered(apis, 'PUT', own, { spec });
  if (updated.status !== 404) return outcome(wanted, updated);
  return outcome(wanted, await answered(apis, 'PUT', collection, { [nameMember(kind)]: name, spec }));
}

function outcome({ kind, name, action }: StormRequest, { status, body }: Answer): Outcome {
  if (status === 200) return 'done';
  if (status === 400 || status === 404 || status === 409) return 'refused';
  throw new Error(`${action} ${kind} ${name}: ${status} ${body}`);
}

async function answered(
  apis: readonly string[],
  method: string,
  path: string,
  body?: object,
): Promise<Answer> {
  const end = Date.now() + LIMIT_MS;
  for (let turn = 0; ; turn += 1) {
    const answer = await request(`${apis[turn % apis.length]}/v20190125${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((error: Error) => error);
    if (!(answer instanceof Error) && answer.status !== 503) return answer;
    if (Date.now() > end)
      throw new Error(`${method} ${path}: ${answer instanceof Error ? answer.message : answer.body}`);
    await sleep(PAUSE_MS);
  }
}
