import type { FastifyInstance } from 'fastify';
import type { PlainCaller, Refusal } from '../../common/contracts/agent-channel/state.ts';
import { parameter } from '../ads/preview-query.ts';
import { authorize } from '../auth/authorize.ts';
import type { Principal } from '../auth/principal.ts';
import { visibleMesh } from '../auth/visible-mesh.ts';
import { callerOf, type RouteConfig } from '../http/call.ts';
import { notFound } from '../http/errors.ts';
import type { LiveModel } from '../mesh/live-model.ts';
import { meshResourceId } from '../mesh/names.ts';
import type { MeshId } from '../mesh/resource.ts';
import type { ProxySecurity } from '../mesh/proxy-view.ts';
import { NO_SECURITY, securityOf } from '../mesh/security.ts';
import type { AgentReports } from './read-reports.ts';
import type { Agents } from './agents.ts';
import type { NodeId } from './draining.ts';
import { shownCallers, type ShownCaller } from './shown-callers.ts';
import { summed } from './refusals.ts';
import type { ModeChange } from './modes/mode-change.ts';

/** The path of the modes of a mesh. */
export const SECURITY_PATH = '/daybreak/v1/security';

/** The modes of one virtual node, and the reports of its proxies. */
export type NodeSecurity = ProxySecurity & {
  readonly virtualNode: string;
  /** Absent unless its mode of mutual TLS changes now: its proxies take plain text and mutual TLS meanwhile. */
  readonly changing?: ModeChange;
  /** The instances that take mutual TLS. */
  readonly mutualInstances: number;
  /** Whether the virtual node has a connected proxy without a certificate. */
  readonly hasProxyWithoutCertificate: boolean;
  /** The callers without mutual TLS in the window, the latest first. */
  readonly plainCallers: readonly ShownCaller[];
  /** Requests and connections that authorization has refused since the Envoys started; with `AUDIT`, those that it would have refused. */
  readonly refusals: readonly Refusal[];
};

/** The response. `defaults`: the modes of the MeshIdentity. */
export type MeshSecurity = MeshId & {
  readonly defaults: ProxySecurity;
  readonly nodes: readonly NodeSecurity[];
};

/** The facts about a virtual node. `agents`: the reports of the agents. */
export type SecurityFacts = {
  readonly changing: (node: NodeId) => ModeChange | undefined;
  readonly instances: (node: NodeId) => readonly unknown[];
  readonly hasOthers: (node: NodeId) => boolean;
  readonly plainCallers: (node: NodeId) => readonly PlainCaller[];
  readonly agents: Pick<Agents, 'read'>;
};

const ACTION = 'daybreak:GetIdentity';
const CONFIG: RouteConfig = { action: ACTION };

/**
 * Serves `GET /daybreak/v1/security?mesh=M`: the modes of mutual TLS and authorization of each virtual node of a mesh, its callers in plain text,
 * and the callers that authorization refuses, or would refuse. `meshOwner=A` names the account of the mesh. Needs the action
 * `daybreak:GetIdentity`.
 */
export function securityRoute(live: LiveModel, facts: SecurityFacts) {
  return async (app: FastifyInstance): Promise<void> => {
    app.get(SECURITY_PATH, { config: CONFIG }, async (request): Promise<MeshSecurity> => {
      const caller = callerOf(request);
      const mesh = parameter(request.query, 'mesh');
      await live.refresh();
      const { model } = live;
      const { meshOwner } = request.query as Readonly<Record<string, string | undefined>>;
      const owner = meshOwner ?? visibleMesh(caller, model.meshesNamed(mesh))?.owner ?? caller.account;
      authorize(caller, { action: ACTION, resource: '*' }, { owner, mesh });
      if (model.get(meshResourceId({ owner, mesh })) === undefined)
        throw notFound(`The mesh ${mesh} does not exist in account ${owner}.`);
      const reports = facts.agents.read();
      const spec = model.get<'meshIdentity'>({
        kind: 'meshIdentity',
        owner,
        mesh,
        parent: '',
        name: 'default',
      })?.spec;
      return {
        owner,
        mesh,
        defaults: {
          mtls: spec?.mtls ?? NO_SECURITY.mtls,
          authorization: spec?.authorization ?? NO_SECURITY.authorization,
        },
        nodes: model.list('virtualNode', { owner, mesh }).map(({ name }) => {
          const node: NodeId = { kind: 'virtualNode', owner, mesh, parent: '', name };
          return nodeSecurity(node, securityOf(model, node), facts, reports, caller);
        }),
      };
    });
  };
}

function nodeSecurity(
  node: NodeId,
  security: ProxySecurity,
  facts: SecurityFacts,
  reports: AgentReports,
  viewer: Principal,
): NodeSecurity {
  const changing = facts.changing(node);
  return {
    virtualNode: node.name,
    ...security,
    ...(changing === undefined ? {} : { changing }),
    mutualInstances: facts.instances(node).length,
    hasProxyWithoutCertificate: facts.hasOthers(node),
    plainCallers: shownCallers(facts.plainCallers(node), reports, viewer),
    refusals: summed(reports.refusalsOf(node)),
  };
}
