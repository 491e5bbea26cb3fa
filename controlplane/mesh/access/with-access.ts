import type { Dependents } from '../dependents.ts';
import type { Model } from '../model.ts';
import type { ProxyId, ProxyView } from '../proxy-view.ts';
import { nodeAccess } from './compile-access.ts';
import type { NodeAccess } from './node-access.ts';

/** Adds to the view of a virtual node which callers it admits; none without a trust domain, or with authorization off. */
export function withAccess(
  view: ProxyView,
  id: ProxyId,
  { model, dependents, trustDomain }: AccessSource,
): ProxyView {
  if (view.kind !== 'virtualNode' || id.kind !== 'virtualNode') return view;
  const { authorization: mode } = view.security;
  if (trustDomain === undefined || mode === 'OFF') return view;
  return { ...view, access: nodeAccess(model, id, { mode, callers: dependents.callersOf(id), trustDomain }) };
}

/** Everything that tells which callers a virtual node admits. */
export type AccessSource = {
  readonly model: Model;
  readonly dependents: Pick<Dependents, 'callersOf'>;
  readonly trustDomain: string | undefined;
};

/** Returns the access of a view. */
export function accessIn(view: ProxyView): NodeAccess | undefined {
  return view.kind === 'virtualNode' ? view.access : undefined;
}
