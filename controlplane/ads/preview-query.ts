import { badRequest } from '../http/errors.ts';
import { FEATURE_NAMES, readFeatures, type Features } from '../translate/features.ts';

/** Returns a query parameter that has to be given exactly once. @throws ApiError BadRequestException */
export function parameter(query: unknown, name: string): string {
  const value = (query as Readonly<Record<string, unknown>>)[name];
  if (typeof value === 'string' && value !== '') return value;
  throw badRequest(`The query parameter ${name} is needed, once.`);
}

/** Returns the node.id of the proxy that a query is about. @throws ApiError BadRequestException */
export const nodeParameter = (query: unknown): string => parameter(query, 'node');

/**
 * Returns the features that a query lists, e.g. `features=ipv6,files`, `features=ipv6=false,appAddress=::1` or
 * `features=none`; undefined if it has no list. A name without a value means `true`.
 * @throws ApiError BadRequestException for an unknown name, or a value that no proxy can report
 */
export function askedFeatures(query: unknown): Features | undefined {
  const { features } = query as Readonly<Record<string, unknown>>;
  if (features === undefined) return undefined;
  const asked = parameter(query, 'features')
    .split(',')
    .filter((item) => item !== 'none')
    .map(askedFeature);
  return readFeatures(Object.fromEntries(asked));
}

function askedFeature(item: string): readonly [name: string, said: unknown] {
  const [text = '', ...rest] = item.split('=');
  const name = FEATURE_NAMES.find((feature) => feature === text);
  if (name === undefined) {
    throw badRequest(`The feature ${JSON.stringify(text)} is not one of ${FEATURE_NAMES.join(', ')}.`);
  }
  const value = rest.length === 0 ? 'true' : rest.join('=');
  const said = WORDS.get(value) ?? value;
  if (readFeatures({ [name]: said })[name] !== said) {
    throw badRequest(`The feature ${name} cannot be ${JSON.stringify(value)}.`);
  }
  return [name, said];
}

const WORDS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
]);
