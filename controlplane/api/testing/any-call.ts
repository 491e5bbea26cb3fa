import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { BETA_OPERATIONS, DAYBREAK_OPERATIONS, OPERATIONS, type Operation } from '../../model/operations.ts';
import { anyOf } from './any-input.ts';
import { ACCOUNT, REGION, type Answer } from './test-api.ts';

/** A generated call: its URL, and its body, which may not be JSON. */
export type AnyCall = { readonly url: string; readonly body: string };

/** The operations with a body, of both versions of the API and of Daybreak's own kinds. */
export const WRITING_OPERATIONS: readonly Operation[] = [
  ...OPERATIONS,
  ...DAYBREAK_OPERATIONS,
  ...BETA_OPERATIONS,
].filter(({ method }) => method === 'PUT');

/** Returns arbitrary calls of an operation, most of them nearly valid, on the resources that `makeAll` creates. */
export function anyCall(operation: Operation): fc.Arbitrary<AnyCall> {
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => NAMES[name] ?? '');
  const query = 'kind' in operation ? '' : `?resourceArn=${encodeURIComponent(ARN)}`;
  const input = anyOf(operation.inputShape, 2, operation.model).map((value) =>
    JSON.stringify(bodyOf(operation, value)),
  );
  const broken = fc.tuple(input, fc.nat(), fc.string()).map(([text, at, between]) => {
    const cut = at % (text.length + 1);
    return text.slice(0, cut) + between + text.slice(cut + between.length);
  });
  const body = fc.oneof(
    { weight: 8, arbitrary: input },
    { weight: 1, arbitrary: broken },
    { weight: 1, arbitrary: fc.json() },
  );
  return body.map((text) => ({ url: `${path}${query}`, body: text }));
}

/** Sends a call, with any content type, as a PUT. */
export async function sendCall(app: FastifyInstance, { url, body }: AnyCall): Promise<Answer> {
  const reply = await app.inject({ method: 'PUT', url, payload: body });
  const error = reply.headers['x-amzn-errortype'];
  return {
    status: reply.statusCode,
    error: typeof error === 'string' ? error : undefined,
    body: reply.json<Readonly<Record<string, unknown>>>(),
  };
}

/** Returns the fault of a response, if any. A valid response has an error status that the model lists and a message, or the requested resource. */
export function faultOf(
  operation: Operation,
  { body: sent }: AnyCall,
  { status, error = '', body: answer }: Answer,
): string | undefined {
  if (status !== 200) {
    const meant = [400, 404, 409].includes(status) && /^[A-Z]\w+Exception$/.test(error);
    return meant && typeof answer['message'] === 'string'
      ? undefined
      : `${status} ${error} ${JSON.stringify(answer)}`;
  }
  const { spec } = sent === '' ? {} : (withoutNulls(sent) as { readonly spec?: unknown });
  // A virtual router of the beta sorts its names, and has an empty list if there are none.
  const isOwn =
    spec === undefined ||
    ('kind' in operation && operation.kind === 'virtualRouter' && operation.path.startsWith('/meshes'));
  if (isOwn || isDeepStrictEqual(answer['spec'], spec)) return undefined;
  return `asked for ${JSON.stringify(spec)}, got ${JSON.stringify(answer['spec'])}`;
}

const NAMES: Readonly<Record<string, string>> = {
  meshName: 'colors',
  virtualNodeName: 'white',
  virtualRouterName: 'router',
  routeName: 'all',
  virtualServiceName: 'teller.local',
  virtualGatewayName: 'door',
  gatewayRouteName: 'in',
  meshIdentityName: 'default',
  nodeIdentityName: 'white',
  accessPolicyName: 'extra',
};

const ARN = `arn:aws:appmesh:${REGION}:${ACCOUNT}:mesh/colors/virtualNode/white`;

// Members of the path and the query are not repeated in the body. There is no token, because each call is a new one.
function bodyOf({ input: { members } }: Operation, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value ?? null;
  const given = Object.entries(value);
  return Object.fromEntries(
    given.filter(([name]) => members?.[name]?.location === undefined && name !== 'clientToken'),
  );
}

// A null member counts as absent.
function withoutNulls(text: string): unknown {
  return JSON.parse(text, (_name, item: unknown) => item ?? undefined);
}
