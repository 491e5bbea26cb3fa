import type { Input } from '../../model/input.ts';
import type { Operation } from '../../model/operations.ts';
import { shapeNamed } from '../../model/api-model.ts';
import { exactNumber } from '../../http/exact-number.ts';
import type { Violation } from './violation.ts';
import { refuse } from './violation.ts';
import { shapeViolations } from './validate.ts';
import { ruleViolations } from '../rules/rules.ts';

/** The parts of a request that contain input, each already decoded. */
export type RequestParts = {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Readonly<Record<string, unknown>>;
};

/**
 * Assembles the input of an operation and validates it: first against the model, then against the further rules.
 * @throws ApiError BadRequestException that lists every violation
 */
export function readInput(operation: Operation, parts: RequestParts): Input {
  const input = readShape(operation, parts);
  refuse(ruleViolations(operation.inputShape, input, operation.model));
  return input;
}

/**
 * Does the same as `readInput`, without the further rules, which apply to the current API only.
 * @throws ApiError BadRequestException that lists every violation of the operation's own model
 */
export function readShape(operation: Operation, parts: RequestParts): Input {
  const { input, misplaced } = gather(operation, parts);
  refuse([...misplaced, ...shapeViolations(operation.inputShape, input, operation.model)]);
  return input;
}

function gather(
  operation: Operation,
  { params, query, body }: RequestParts,
): { input: Input; misplaced: Violation[] } {
  const members = operation.input.members ?? {};
  const misplaced: Violation[] = [];
  const input: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(body)) {
    const location = members[name]?.location;
    // Always an own property, so that a member named __proto__ is refused as unknown and not lost.
    if (location === undefined) Object.defineProperty(input, name, { value, enumerable: true });
    else misplaced.push({ path: name, value, constraint: `Member belongs in the ${PLACES[location]}` });
  }
  for (const [name, value] of Object.entries(query)) {
    const member = members[name];
    if (member?.location === 'querystring')
      input[name] = fromQuery(value, shapeNamed(member.shape, operation.model).type);
    else if (!SIGNATURE.test(name)) {
      misplaced.push({ path: name, value, constraint: 'Member is unknown here, in the query string' });
    }
  }
  for (const [name, value] of Object.entries(params)) input[name] = value;
  return { input, misplaced };
}

const PLACES = { uri: 'path', querystring: 'query string' } as const;

// The parameters of a presigned request.
const SIGNATURE = /^x-amz-/i;

function fromQuery(value: string | readonly string[], type: string): unknown {
  if (type !== 'integer' || typeof value !== 'string') return value;
  if (/^-?\d{1,15}$/.test(value)) return Number(value);
  return /^-?[1-9]\d+$/.test(value) ? exactNumber(Number(value), value) : value;
}
