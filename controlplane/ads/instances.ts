import type { ModeChange } from '../agents/modes/mode-change.ts';
import type { ProxyId, ProxyView } from '../mesh/proxy-view.ts';
import type { MeshId, ResourceId } from '../mesh/resource.ts';
import type { ExternalInputs, Leaving, MutualInstance } from '../translate/external-inputs.ts';

/** Returns the draining instances of a virtual node. */
export type LeavingOf = (node: ResourceId<'virtualNode'>) => readonly Leaving[];

/** Returns the instances of a virtual node that take mutual TLS. */
export type MutualOf = (node: ResourceId<'virtualNode'>) => readonly MutualInstance[];

/** The instances of virtual nodes, as their agents report them, and the changes of modes that they are in. */
export type InstancesOf = {
  readonly leaving: LeavingOf;
  readonly mutual: MutualOf;
  readonly changing: (node: ResourceId<'virtualNode'>) => ModeChange | undefined;
  /** Whether a proxy without a certificate is connected to another replica. */
  readonly hasOthersElsewhere: (node: ResourceId<'virtualNode'>) => boolean;
};

/** A source that knows nothing about instances. */
export const NO_INSTANCES: InstancesOf = {
  leaving: () => [],
  mutual: () => [],
  changing: () => undefined,
  hasOthersElsewhere: () => false,
};

/**
 * Adds the draining instances of the virtual nodes in a proxy's mesh to its inputs, and those that accept mutual TLS. `hasOthers`: whether
 * a virtual node has a connected proxy without a certificate.
 */
export function withInstances(
  inputs: ExternalInputs,
  { owner, mesh }: MeshId,
  { leaving, mutual, changing, hasOthersElsewhere }: InstancesOf,
  hasOthers: (node: string) => boolean,
): ExternalInputs {
  const id = { kind: 'virtualNode', owner, mesh, parent: '' } as const;
  return {
    ...inputs,
    leaving: (name) => leaving({ ...id, name }),
    mutual: (name) => ({
      instances: mutual({ ...id, name }),
      others: hasOthers(name) || hasOthersElsewhere({ ...id, name }),
      isStillStrict: changing({ ...id, name })?.from === 'STRICT',
    }),
  };
}

/** Returns a view whose proxies take plain text and mutual TLS while the mode of the virtual node changes. */
export function withModeChange(view: ProxyView, id: ProxyId, { changing }: InstancesOf): ProxyView {
  if (id.kind !== 'virtualNode' || changing(id) === undefined) return view;
  return { ...view, security: { ...view.security, mtls: 'PERMISSIVE' } };
}
