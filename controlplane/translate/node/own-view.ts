import type { VirtualNodeView } from '../../mesh/proxy-view.ts';

/**
 * A virtual node's view without its services. Parts that are cached independently of routing rules are built from this and from
 * static services (static-service.ts), so that they cannot depend on a rule.
 */
export type OwnView = Omit<VirtualNodeView, 'services'>;
