import type { Release } from '../release.ts';
import type { ManagerSettings } from './settings.ts';

/** Returns the path of a request for routing; undefined: Envoy rejects it. The query stays unchanged. */
export function routedTarget(
  target: string,
  settings: ManagerSettings,
  release: Release,
): string | undefined {
  const mark = target.indexOf('?');
  const [path, query] = mark === -1 ? [target, ''] : [target.slice(0, mark), target.slice(mark)];
  if (settings.normalizesPath && path.includes('%00')) return undefined;
  const normal = settings.normalizesPath ? normalPath(path, release) : path;
  return `${settings.mergesSlashes ? mergeSlashes(normal) : normal}${query}`;
}

/** Normalizes a path like Envoy, by the URL rules of browsers: decodes letters and digits, and resolves dot segments. */
function normalPath(path: string, { stripsDotParameters }: Release): string {
  const plain = stripsDotParameters ? path.replaceAll(/(?<=\/)(\.\.?);[^/]*/g, '$1') : path;
  const decoded = plain
    .replaceAll('\\', '/')
    .replaceAll(/%([0-9a-f]{2})/gi, (whole, digits: string) => unreserved(digits) ?? whole)
    .replaceAll(/["<>^`{|}]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`);
  return withoutDots(decoded);
}

function unreserved(digits: string): string | undefined {
  const text = String.fromCharCode(Number.parseInt(digits, 16));
  return /[\w.~-]/.test(text) ? text : undefined;
}

function withoutDots(path: string): string {
  const kept: string[] = [];
  const segments = path.split('/').slice(1);
  for (const [index, segment] of segments.entries()) {
    const last = index === segments.length - 1;
    if (segment === '..') kept.pop();
    if (segment !== '.' && segment !== '..') kept.push(segment);
    else if (last) kept.push('');
  }
  return `/${kept.join('/')}`;
}

function mergeSlashes(path: string): string {
  if (!path.includes('//')) return path;
  const segments = path.split('/').filter((segment) => segment !== '');
  return `/${segments.join('/')}${path.endsWith('/') ? '/' : ''}`;
}
