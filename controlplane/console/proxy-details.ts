import type { FastifyInstance } from 'fastify';
import type { ResourceStatus } from '../../xds/protocol/resource-status.ts';
import type { XdsServer } from '../../xds/server.ts';
import type { XdsClient } from '../../xds/status.ts';
import { shortName, type Resource, type Snapshot } from '../../xds/types.ts';
import { proxyPath } from '../ads/identity.ts';
import { nodeParameter } from '../ads/preview-query.ts';
import type { PreviewOf } from '../ads/preview.ts';
import type { ProxyConfigs } from '../ads/proxy-configs.ts';
import { callerOf, type RouteConfig } from '../http/call.ts';
import type { ProxyStatus } from '../status/status.ts';
import type { ProxyDetail, ProxyDetails, ProxyResource, ResourceVersion } from './contract.ts';
import { jsonOf } from './difference.ts';

const ACTION = 'daybreak:GetConfigDump';
const CONFIG: RouteConfig = { action: ACTION };

/** The sources of the details of proxies. `statusOf`: the status of a stream. */
export type ProxyServices = {
  readonly preview: PreviewOf;
  readonly xds: Pick<XdsServer, 'clients' | 'get'>;
  readonly configs: Pick<ProxyConfigs, 'get'>;
  readonly statusOf: (id: number) => Pick<ProxyStatus, 'instance' | 'peer' | 'state'> | undefined;
};

/**
 * Serves `GET /console/proxy?node=…[&instance=…]`: each connected proxy of a resource, with each of its resources: intended, served, acknowledged.
 * Needs the action `daybreak:GetConfigDump`.
 */
export function proxyRoutes({ preview, xds, configs, statusOf }: ProxyServices) {
  return async (app: FastifyInstance): Promise<void> => {
    app.get(
      '/console/proxy',
      { config: CONFIG, exposeHeadRoute: false },
      async (request): Promise<ProxyDetails> => {
        const viewer = { caller: callerOf(request), action: ACTION } as const;
        const node = nodeParameter(request.query);
        const { instance } = request.query as { readonly instance?: string };
        const { identity } = preview(viewer, node);
        const resource = proxyPath(identity);
        const proxies = xds.clients().flatMap((client): ProxyDetail[] => {
          const config = configs.get(client.key);
          if (config === undefined || proxyPath(config.identity) !== resource) return [];
          const status = statusOf(client.id);
          if (status === undefined) return [];
          if (instance !== undefined && status.instance !== instance) return [];
          const intended = preview(viewer, node, config.features).snapshot;
          const { peer, state } = status;
          const resources = resourcesOf(client, intended, xds.get(client.key));
          return [{ instance: status.instance, peer, state, resources }];
        });
        return { resource, proxies };
      },
    );
  };
}

function resourcesOf(
  client: XdsClient,
  intended: Snapshot,
  served: Snapshot | undefined,
): readonly ProxyResource[] {
  const known = client.resources().map((status) => {
    const wanted = intended.get(status.typeUrl)?.resources.get(status.name);
    return resourceOf(status, wanted, served?.get(status.typeUrl)?.resources.get(status.name));
  });
  const names = new Set(known.map(({ type, name }) => `${type} ${name}`));
  const unknown = [...intended].flatMap(([typeUrl, { resources }]) =>
    [...resources.values()]
      .filter(({ name }) => !names.has(`${shortName(typeUrl)} ${name}`))
      .map(
        (wanted): ProxyResource => ({
          type: shortName(typeUrl),
          name: wanted.name,
          state: 'not sent',
          intended: versionOf(wanted, true),
        }),
      ),
  );
  return [...known, ...unknown];
}

function resourceOf(
  { typeUrl, name, version, state, nack }: ResourceStatus,
  wanted: Resource | undefined,
  served: Resource | undefined,
): ProxyResource {
  const isCurrent = version === (wanted?.version ?? '');
  const differs = !isCurrent || state !== 'synced';
  const sent = served?.version === version ? served : undefined;
  return {
    type: shortName(typeUrl),
    name,
    state: STATES[isCurrent || state !== 'synced' ? state : 'not sent'],
    ...(nack === undefined ? {} : { error: nack.message }),
    ...(wanted === undefined ? {} : { intended: versionOf(wanted, differs) }),
    ...(version === '' ? {} : { served: sent === undefined ? { version } : versionOf(sent, differs) }),
    ...(state === 'synced' && version !== '' ? { acknowledged: { version } } : {}),
  };
}

const STATES: Readonly<Record<ResourceStatus['state'], ProxyResource['state']>> = {
  synced: 'in sync',
  stale: 'waiting',
  'not sent': 'not sent',
  nacked: 'refused',
};

function versionOf(resource: Resource, hasContent: boolean): ResourceVersion {
  const { version } = resource;
  return hasContent ? { version, content: jsonOf(resource) } : { version };
}
