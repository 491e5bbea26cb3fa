import { badRequest } from '../api/errors.ts';
import { FEATURE_NAMES, readFeatures, type Features } from '../translate/features.ts';

/** A parameter of a query that has to be there, once. @throws ApiError BadRequestException */
export function parameter(query: unknown, name: string): string {
  const value = (query as Readonly<Record<string, unknown>>)[name];
  if (typeof value === 'string' && value !== '') return value;
  throw badRequest(`The query parameter ${name} is needed, once.`);
}

/** The proxy that a query is about, as its node.id names it. @throws ApiError BadRequestException */
export const nodeParameter = (query: unknown): string => parameter(query, 'node');

/**
 * The features that a query gives as a list, e.g. `features=ipv6,files` or `features=none`; undefined where it gives none.
 * @throws ApiError BadRequestException
 */
export function askedFeatures(query: unknown): Features | undefined {
  const { features } = query as Readonly<Record<string, unknown>>;
  if (features === undefined) return undefined;
  const names = parameter(query, 'features')
    .split(',')
    .filter((name) => name !== 'none');
  const unknown = names.find((name) => !FEATURE_NAMES.some((feature) => feature === name));
  if (unknown !== undefined) {
    throw badRequest(`The feature ${JSON.stringify(unknown)} is none of ${FEATURE_NAMES.join(', ')}.`);
  }
  return readFeatures(Object.fromEntries(names.map((name) => [name, true])));
}
