import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATIONS, type Operation } from '../model/operations.ts';
import { anyOf } from './any-input.ts';
import { ACCOUNT, makeAll, REGION, startApi, type Answer, type TestApi } from './fixture.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
  await makeAll(api);
});
afterAll(() => api.close());

const NAMES: Readonly<Record<string, string>> = {
  meshName: 'colors',
  virtualNodeName: 'white',
  virtualRouterName: 'router',
  routeName: 'all',
  virtualServiceName: 'teller.local',
  virtualGatewayName: 'door',
  gatewayRouteName: 'in',
};

const ARN = `arn:aws:appmesh:${REGION}:${ACCOUNT}:mesh/colors/virtualNode/white`;

const RUNS = Number(process.env['DAYBREAK_TEST_RUNS'] ?? 50);

describe('any input, right or wrong, has an answer that is meant', () => {
  const writing = OPERATIONS.filter(({ method }) => method === 'PUT');
  it.each(writing)('$name', { timeout: 600_000 }, async (operation) => {
    const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => NAMES[name] ?? '');
    const query = 'kind' in operation ? '' : `?resourceArn=${encodeURIComponent(ARN)}`;
    const url = `${path.replace('/v20190125', '')}${query}`;
    const bodies = anyOf(operation.inputShape, 2).map((value) => bodyOf(operation, value));
    await fc.assert(
      fc.asyncProperty(bodies, async (body) => {
        expect(faultOf(await api.call('PUT', url, body), body)).toBeUndefined();
      }),
      { numRuns: RUNS },
    );
  });
});

// What is wrong with an answer: one of ours has a status that the model names, a message, or what was asked for.
function faultOf({ status, error = '', body: answer }: Answer, body: unknown): string | undefined {
  if (status !== 200) {
    const meant = [400, 404, 409].includes(status) && /^[A-Z]\w+Exception$/.test(error);
    return meant && typeof answer['message'] === 'string'
      ? undefined
      : `${status} ${error} ${JSON.stringify(answer)}`;
  }
  const { spec } = body as { readonly spec?: unknown };
  const kept = spec === undefined || spec === null || isDeepStrictEqual(answer['spec'], withoutNulls(spec));
  return kept ? undefined : `asked for ${JSON.stringify(spec)}, got ${JSON.stringify(answer['spec'])}`;
}

// What stands in the path or the query is not repeated in the body. Without a token: each call is a new one.
function bodyOf({ input: { members } }: Operation, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value ?? null;
  const given = Object.entries(value);
  return Object.fromEntries(
    given.filter(([name]) => members?.[name]?.location === undefined && name !== 'clientToken'),
  );
}

// A member that is null counts as not given.
function withoutNulls(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_name, item: unknown) => item ?? undefined);
}
