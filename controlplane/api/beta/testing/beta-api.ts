import { expect } from 'vitest';
import type { Answer, TestApi } from '../../testing/test-api.ts';

/** Calls the beta API, whose paths have no version prefix. */
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

/** Creates or updates a resource, and fails the test if the API refuses. */
export async function made(api: TestApi, path: string, body: unknown): Promise<Record<string, unknown>> {
  const { status, body: answer } = await beta(api, 'PUT', path, body);
  expect({ status, message: answer['message'] }).toEqual({ status: 200, message: undefined });
  return answer;
}

/** The mesh of the example. */
export const MESH = '/meshes/default';
/** The service name of the example's tellers. */
export const TELLER = 'colorteller.default.svc.cluster.local';

/** Specifications of the colour example in the style of 2018. */
const GATEWAY_NODE = {
  listeners: [{ portMapping: { port: 9080, protocol: 'http' } }],
  serviceDiscovery: { dns: { serviceName: 'colorgateway.default.svc.cluster.local' } },
  backends: [TELLER],
};
const tellerNode = (color: string) => ({
  listeners: [{ portMapping: { port: 9080, protocol: 'http' } }],
  serviceDiscovery: { dns: { serviceName: `colorteller${color}.default.svc.cluster.local` } },
});
/** A route that sends all requests to these nodes, by weight. */
export const route = (...targets: readonly (readonly [string, number])[]) => ({
  httpRoute: {
    action: { weightedTargets: targets.map(([virtualNode, weight]) => ({ virtualNode, weight })) },
    match: { prefix: '/' },
  },
});

/** Creates the example in the usual order, and returns the responses. */
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
