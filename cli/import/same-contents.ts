import { isDeepStrictEqual } from 'node:util';
import type { Document } from '../resources/document.ts';
import { isObject } from '../../common/is-object.ts';

/** Members with the default of the API, which answers of App Mesh and states of Terraform have, and configurations may leave out. */
const DEFAULTS: Readonly<Record<string, boolean>> = { enforce: true, invert: false };

/** Whether two descriptions of a resource mean the same: a configuration and its state, or a template and a saved answer. */
export function hasSameContents(one: Document, other: Document): boolean {
  return (
    isDeepStrictEqual(withoutDefaults(one.spec ?? {}), withoutDefaults(other.spec ?? {})) &&
    isDeepStrictEqual(one.tags, other.tags)
  );
}

function withoutDefaults(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDefaults);
  if (!isObject(value)) return value;
  const members = Object.entries(value).filter(
    ([name, part]) => DEFAULTS[name] !== part || part === undefined,
  );
  return Object.fromEntries(
    members.map(([name, part]) => [
      name,
      withoutDefaults(name === 'healthCheck' ? portless(part, value) : part),
    ]),
  );
}

/** A health check without its port if that is the listener's: App Mesh adds it. */
function portless(check: unknown, { portMapping }: Readonly<Record<string, unknown>>): unknown {
  if (!isObject(check) || !isObject(portMapping) || check['port'] !== portMapping['port']) return check;
  const { port: _, ...others } = check;
  return others;
}
