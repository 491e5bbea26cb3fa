import type { VirtualNodeView } from '../../mesh/proxy-view.ts';

/**
 * A virtual node's view without its services. What is kept until something else than their rules changes is made of this and of
 * their reaches (reach.ts), so that it cannot depend on a rule.
 */
export type OwnView = Omit<VirtualNodeView, 'services'>;
