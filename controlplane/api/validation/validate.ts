import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { API_MODEL, type ApiModel } from '../../model/api-model.ts';
import { jsonSchemaOf } from '../../model/json-schema.ts';
import { isExactNumber, type ExactNumber } from '../../http/exact-number.ts';
import { elementPath, memberPath, MOST_VIOLATIONS, type Violation } from './violation.ts';

const ajv = new Ajv({ allErrors: true, verbose: true, strict: true, ownProperties: true });
const validators = new Map<ApiModel, Map<string, ValidateFunction>>();

/** Returns all violations of a shape of a model (default: the current one) in `input`. */
export function shapeViolations(
  shape: string,
  input: unknown,
  model: ApiModel = API_MODEL,
): readonly Violation[] {
  const validator = validators.get(model)?.get(shape) ?? compile(shape, model);
  if (validator(input)) return [];
  const errors = validator.errors ?? [];
  return errors
    .slice(0, MOST_VIOLATIONS + 1)
    .filter(isFirstOfNumber)
    .flatMap((error) => toViolation(error, input) ?? []);
}

function compile(shape: string, model: ApiModel): ValidateFunction {
  const validator = ajv.compile(jsonSchemaOf(shape, model));
  const compiled = validators.get(model) ?? new Map<string, ValidateFunction>();
  validators.set(model, compiled.set(shape, validator));
  return validator;
}

// Ajv sees an ExactNumber as an object, which may violate several rules for objects.
function isFirstOfNumber({ data }: ErrorObject, index: number, errors: readonly ErrorObject[]): boolean {
  return !isExactNumber(data) || errors.findIndex((error) => error.data === data) === index;
}

function toViolation(error: ErrorObject, input: unknown): Violation | undefined {
  const { keyword, params, data } = error;
  const path = readablePath(error.instancePath, input);
  if (isExactNumber(data)) return { path, value: data, constraint: `Member must ${limitOf(data, error)}` };
  switch (keyword) {
    case 'required':
      return {
        path: memberPath(path, String(params['missingProperty'])),
        value: undefined,
        constraint: 'Member must not be null',
      };
    case 'additionalProperties': {
      const name = String(params['additionalProperty']);
      const value = (data as Record<string, unknown>)[name];
      return { path: memberPath(path, name), value, constraint: `Member is unknown here: ${known(error)}` };
    }
    case 'enum':
      // A value of the wrong type already has its own error.
      if (typeof data !== 'string') return undefined;
      return {
        path,
        value: data,
        constraint: `Member must satisfy enum value set: [${(params['allowedValues'] as string[]).join(', ')}]`,
      };
    default:
      return { path, value: data, constraint: `Member must ${constraint(error)}` };
  }
}

function constraint({ keyword, params, parentSchema }: ErrorObject): string {
  const limit = String(params['limit']);
  switch (keyword) {
    case 'minimum':
      return `have value greater than or equal to ${limit}`;
    case 'maximum':
      return `have value less than or equal to ${limit}`;
    case 'minLength':
    case 'minItems':
      return `have length greater than or equal to ${limit}`;
    case 'maxLength':
    case 'maxItems':
      return `have length less than or equal to ${limit}`;
    case 'pattern':
      return `satisfy regular expression pattern: ${String(params['pattern'])}`;
    case 'minProperties':
    case 'maxProperties':
      return `set exactly one of [${Object.keys((parentSchema as Schema).properties ?? {}).join(', ')}]`;
    case 'type':
      return `be ${TYPE_NAMES[String(params['type'])] ?? String(params['type'])}`;
    default:
      throw new Error(`no words for a violated ${keyword}`);
  }
}

// An ExactNumber exceeds every integer limit. If another type is allowed, the type is the violation.
function limitOf({ rawJSON }: ExactNumber, { parentSchema }: ErrorObject): string {
  const { type, minimum, maximum } = parentSchema as Schema;
  if (type !== 'integer') return `be ${TYPE_NAMES[String(type)] ?? String(type)}`;
  return rawJSON.startsWith('-')
    ? `have value greater than or equal to ${String(minimum)}`
    : `have value less than or equal to ${String(maximum)}`;
}

type Schema = {
  readonly type?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, unknown>>;
};

const TYPE_NAMES: Readonly<Record<string, string>> = {
  object: 'a structure',
  array: 'a list',
  string: 'a string',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
};

function known({ parentSchema }: ErrorObject): string {
  const names = Object.keys((parentSchema as Schema).properties ?? {});
  return names.length === 0 ? 'nothing is allowed' : `[${names.join(', ')}] are allowed`;
}

// Converts a JSON pointer (/spec/listeners/0/port) to AWS's notation; only the input tells whether a step is an index.
function readablePath(pointer: string, input: unknown): string {
  let path = '';
  let at = input;
  for (const step of pointer.split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    path = Array.isArray(at) ? elementPath(path, Number(name)) : memberPath(path, name);
    at = (at as Record<string, unknown>)[name];
  }
  return path;
}
