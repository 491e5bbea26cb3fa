import type { AccessRule } from '../../model/daybreak-types.ts';

/** The part of a listener that decides whether a rule can match. */
export type RuledListener = { readonly port: number; readonly isHttp: boolean };

/**
 * Returns why a rule with `http` does not have its full effect, because such a rule never matches a connection of protocol tcp: it can match at
 * no listener, or it is a deny that also names tcp listeners. Undefined for all others. The API refuses such a rule, but a listener may
 * change later, and a rule of the mesh is for all virtual nodes.
 */
export function ruleProblem(
  { ports, http }: Pick<AccessRule, 'ports' | 'http'>,
  member: 'allow' | 'deny' | 'unauthenticated',
  listeners: readonly RuledListener[],
): string | undefined {
  if (http === undefined) return undefined;
  const matched = listeners.filter(({ port }) => ports?.includes(port) ?? true);
  const tcp = matched.filter(({ isHttp }) => !isHttp).map(({ port }) => port);
  if (tcp.length === 0) return undefined;
  const where = `listener${tcp.length === 1 ? '' : 's'} ${tcp.join(', ')} of protocol tcp`;
  if (tcp.length === matched.length) return `it has http, and can only match ${where}: it has no effect`;
  return member === 'deny' ? `it has http, and so does not refuse connections to ${where}` : undefined;
}
