import { expect } from 'vitest';
import type { Answer, TestApi } from '../../testing/test-api.ts';

/** A call of the beta API: its paths have no version in front. */
export async function beta(
  api: TestApi,
  method: 'GET' | 'PUT' | 'DELETE',
  url: string,
  body?: unknown,
): Promise<Answer> {
  const payload = body === undefined ? {} : { payload: JSON.stringify(body) };
  const reply = await api.app.inject({ method, url, ...payload });
  const error = reply.headers['x-amzn-errortype'];
  return {
    status: reply.statusCode,
    error: typeof error === 'string' ? error : undefined,
    body: reply.json<Record<string, unknown>>(),
  };
}

/** Makes or changes something that must succeed. */
export async function made(api: TestApi, path: string, body: unknown): Promise<Record<string, unknown>> {
  const { status, body: answer } = await beta(api, 'PUT', path, body);
  expect({ status, message: answer['message'] }).toEqual({ status: 200, message: undefined });
  return answer;
}

/** The mesh of the example. */
export const MESH = '/meshes/default';
/** The name that its tellers are called by. */
export const TELLER = 'colorteller.default.svc.cluster.local';

/** Specifications of the colour example as people wrote them in 2018. */
const GATEWAY_NODE = {
  listeners: [{ portMapping: { port: 9080, protocol: 'http' } }],
  serviceDiscovery: { dns: { serviceName: 'colorgateway.default.svc.cluster.local' } },
  backends: [TELLER],
};
const tellerNode = (color: string) => ({
  listeners: [{ portMapping: { port: 9080, protocol: 'http' } }],
  serviceDiscovery: { dns: { serviceName: `colorteller${color}.default.svc.cluster.local` } },
});
/** A route of all requests to these nodes, by weight. */
export const route = (...targets: readonly (readonly [string, number])[]) => ({
  httpRoute: {
    action: { weightedTargets: targets.map(([virtualNode, weight]) => ({ virtualNode, weight })) },
    match: { prefix: '/' },
  },
});

/** Makes the example, in the order in which people did, and answers what was answered. */
export async function makeColors(api: TestApi): Promise<readonly Record<string, unknown>[]> {
  return [
    await made(api, '/meshes', { meshName: 'default' }),
    await made(api, `${MESH}/virtualNodes`, { virtualNodeName: 'colorgateway-vn', spec: GATEWAY_NODE }),
    await made(api, `${MESH}/virtualNodes`, { virtualNodeName: 'colorteller-vn', spec: tellerNode('') }),
    await made(api, `${MESH}/virtualNodes`, {
      virtualNodeName: 'colorteller-blue-vn',
      spec: tellerNode('-blue'),
    }),
    await made(api, `${MESH}/virtualRouters`, {
      virtualRouterName: 'colorteller-vr',
      spec: { serviceNames: [TELLER] },
    }),
    await made(api, `${MESH}/virtualRouter/colorteller-vr/routes`, {
      routeName: 'colorteller-route',
      spec: route(['colorteller-vn', 1]),
    }),
  ];
}
