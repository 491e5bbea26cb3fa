import { setTimeout as sleep } from 'node:timers/promises';
import { nameMember } from '../../../controlplane/mesh/names.ts';
import { NAMED } from '../../../controlplane/api/properties/testing/named.ts';
import { request, type Answer } from '../../lab/http.ts';
import { childrenOf, PROXIED, type StormRequest } from './requests.ts';

/** What became of a request: done, or refused by a rule of the model. */
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

/** For how long a request is sent again, in milliseconds: a replica may be killed, and the store away. */
const LIMIT_MS = 60_000;
const PAUSE_MS = 50;

/**
 * Sends a request, first to the first of `apis`, then to each in turn until one has answered it.
 * @throws Error where none does in a minute, or one answers what no client should see
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
