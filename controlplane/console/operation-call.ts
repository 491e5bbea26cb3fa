import type { FastifyRequest } from 'fastify';
import { execute, type CallTerms } from '../api/operations/operations.ts';
import type { ApiServices, Output } from '../api/operations/context.ts';
import { readInput, type RequestParts } from '../api/validation/read-input.ts';
import type { Operation } from '../model/operations.ts';

/** A call of the API that a route of the console makes for its caller. `input`: all parameters, by the names of the API. */
export type OperationCall = {
  readonly operation: Operation;
  readonly input: Readonly<Record<string, unknown>>;
};

/** Carries a call out as if the caller had sent it: the same validation and permissions. */
export async function carryOut(
  services: ApiServices,
  request: FastifyRequest,
  { operation, input }: OperationCall,
  terms: CallTerms,
): Promise<Output> {
  return execute(
    services,
    request,
    operation,
    readInput(operation, partsOf(operation, input)),
    undefined,
    terms,
  );
}

/** Puts each parameter where the operation has it: in the path, the query or the body. */
function partsOf({ input: shape }: Operation, input: OperationCall['input']): RequestParts {
  const params: Record<string, string> = {};
  const query: Record<string, string> = {};
  const body: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(input)) {
    if (value === undefined || value === null) continue;
    const location = shape.members?.[name]?.location;
    if (location === 'uri') params[name] = textOf(value);
    else if (location === 'querystring') query[name] = textOf(value);
    else Object.defineProperty(body, name, { value, enumerable: true });
  }
  return { params, query, body };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
