import type { FastifyInstance } from 'fastify';
import { meshAccess } from '../auth/principal.ts';
import { callerOf, type RouteConfig } from '../http/call.ts';
import type { Model } from '../mesh/model.ts';
import { securityOf } from '../mesh/security.ts';
import type { Agents } from './agents.ts';
import type { NodeId } from './draining.ts';
import type { PlainCallers } from './plain-callers.ts';
import { shownCallers, type ShownCaller } from './shown-callers.ts';
import { partlyWatched } from './watched-meshes.ts';
import type { Resource } from '../mesh/resource.ts';

/** The path of the callers without mutual TLS. */
const PLAINTEXT_PATH = '/daybreak/v1/identity/plaintext';

/** A virtual node with its callers without mutual TLS. */
export type PlaintextNode = {
  readonly mesh: string;
  readonly virtualNode: string;
  readonly mtls: string;
  /** Whether the node itself has a connected proxy without a certificate, which accepts plain text only. */
  readonly hasProxyWithoutCertificate: boolean;
  readonly callers: readonly ShownCaller[];
};

/** Inputs of the route. `hasOthers`: whether a proxy without a certificate is connected; `agents`: the reports of the agents. */
export type PlaintextOptions = {
  readonly model: Model;
  readonly callers: PlainCallers;
  readonly hasOthers: (node: NodeId) => boolean;
  readonly agents: Pick<Agents, 'read'>;
  /** In seconds. */
  readonly window: number;
};

/**
 * Serves `GET /daybreak/v1/identity/plaintext`: the virtual nodes that have callers without mutual TLS, or a proxy without a certificate, in the
 * meshes that the caller may see, and the meshes whose list may not be complete. Needs the action `daybreak:GetIdentity`.
 */
export function plaintextRoute({ model, callers, hasOthers, agents, window }: PlaintextOptions) {
  return async (app: FastifyInstance): Promise<void> => {
    const config: RouteConfig = { action: 'daybreak:GetIdentity' };
    app.get(PLAINTEXT_PATH, { config }, async (request) => {
      const viewer = callerOf(request);
      const reports = agents.read();
      const visible = [...model.resources()].filter(
        (resource): resource is Resource<'virtualNode'> =>
          resource.kind === 'virtualNode' && meshAccess(viewer, resource) !== 'none',
      );
      const nodes = visible.flatMap((resource): readonly PlaintextNode[] => {
        const node: NodeId = { ...resource, kind: 'virtualNode' };
        const seen = callers.of(node);
        const isOld = hasOthers(node);
        if (seen.length === 0 && !isOld) return [];
        return [
          {
            mesh: node.mesh,
            virtualNode: node.name,
            mtls: securityOf(model, node).mtls,
            hasProxyWithoutCertificate: isOld,
            callers: shownCallers(seen, reports, viewer),
          },
        ];
      });
      const partly = partlyWatched(model, visible, Date.now() - window * 1000);
      return { windowSeconds: window, nodes, partlyWatched: partly };
    });
  };
}
