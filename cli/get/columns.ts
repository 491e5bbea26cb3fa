import { DEFAULT_CERTIFICATE_HOURS } from '../../controlplane/identity/bindings.ts';
import { routeOf, targetOf } from '../../controlplane/mesh/spec-parts.ts';
import type { ApiKind, Specs } from '../../controlplane/mesh/resource.ts';
import type { NodePrincipal } from '../../controlplane/model/daybreak-types.ts';
import type { PortProtocol } from '../../controlplane/model/types.ts';
import type { Described } from '../client/resources.ts';
import type { ResourceKey } from '../resources/key.ts';

/** The headings and cells of a table of one kind. */
export type Columns = {
  readonly head: readonly string[];
  readonly cells: (key: ResourceKey, described: Described) => readonly string[];
};

/** Returns the columns of a kind: its own columns, the version, and the time of the last change (UTC). */
export function columnsOf(kind: ApiKind): Columns {
  const { head, cells } = OWN[kind] as {
    head: readonly string[];
    cells: (spec: unknown) => readonly string[];
  };
  const within = kind === 'route' ? ['ROUTER'] : kind === 'gatewayRoute' ? ['GATEWAY'] : [];
  const owner = kind === 'mesh' ? ['OWNER'] : [];
  return {
    head: [...within, 'NAME', ...owner, ...head, 'VERSION', 'CHANGED'],
    cells: ({ parent, name }, { spec, metadata: { version, lastUpdatedAt, meshOwner } }) => [
      ...(within.length > 0 ? [parent] : []),
      name,
      ...(owner.length > 0 ? [meshOwner] : []),
      ...cells(spec),
      String(version),
      new Date(lastUpdatedAt * 1000).toISOString().replace(/\.\d+Z$/, 'Z'),
    ],
  };
}

type Own = {
  readonly [K in ApiKind]: { readonly head: readonly string[]; cells(spec: Specs[K]): readonly string[] };
};

const OWN: Own = {
  mesh: {
    head: ['EGRESS'],
    // App Mesh's default.
    cells: ({ egressFilter }) => [egressFilter?.type ?? 'DROP_ALL'],
  },
  virtualNode: {
    head: ['LISTENERS', 'FOUND AT', 'BACKENDS'],
    cells: ({ listeners, serviceDiscovery: { dns, awsCloudMap } = {}, backends = [] }) => [
      ports(listeners),
      dns?.hostname ??
        (awsCloudMap === undefined ? NOTHING : `${awsCloudMap.serviceName}.${awsCloudMap.namespaceName}`),
      joined(backends.map(({ virtualService }) => virtualService?.virtualServiceName ?? NOTHING)),
    ],
  },
  virtualRouter: { head: ['LISTENERS'], cells: ({ listeners }) => [ports(listeners)] },
  route: {
    head: ['PRIORITY', 'MATCH', 'TARGETS'],
    cells: (spec) => {
      const { member = '', match = {}, action } = routeOf(spec) ?? {};
      const targets = action?.weightedTargets.map(
        ({ virtualNode, port, weight }) => `${virtualNode}${port === undefined ? '' : `:${port}`} ${weight}`,
      );
      return [String(spec.priority ?? NOTHING), matched(member, match), joined(targets ?? [])];
    },
  },
  virtualService: {
    head: ['PROVIDER'],
    cells: ({ provider: { virtualNode, virtualRouter } = {} }) => {
      if (virtualNode !== undefined) return [`virtual node ${virtualNode.virtualNodeName}`];
      return [virtualRouter === undefined ? NOTHING : `virtual router ${virtualRouter.virtualRouterName}`];
    },
  },
  virtualGateway: { head: ['LISTENERS'], cells: ({ listeners }) => [ports(listeners)] },
  gatewayRoute: {
    head: ['PRIORITY', 'MATCH', 'TARGET'],
    cells: (spec) => {
      const [member = '', route] = Object.entries(spec).find(([name]) => name.endsWith('Route')) ?? [];
      const target = targetOf(spec);
      const port = target?.port === undefined ? '' : `:${target.port}`;
      return [
        String(spec.priority ?? NOTHING),
        matched(member, (route as { match?: object } | undefined)?.match ?? {}),
        `${target?.virtualService.virtualServiceName ?? NOTHING}${port}`,
      ];
    },
  },
  meshIdentity: {
    head: ['CERTIFICATE HOURS', 'MTLS', 'AUTHORIZATION'],
    cells: ({ certificateHours, mtls, authorization }) => [
      String(certificateHours ?? DEFAULT_CERTIFICATE_HOURS),
      mtls ?? 'OFF',
      authorization ?? 'OFF',
    ],
  },
  nodeIdentity: {
    head: ['PROXY', 'MTLS', 'AUTHORIZATION', 'PRINCIPALS'],
    cells: ({ proxy, principals, mtls, authorization }) => [
      proxy.virtualNode?.virtualNodeName ?? `virtual gateway ${proxy.virtualGateway?.virtualGatewayName}`,
      mtls ?? NOTHING,
      authorization ?? NOTHING,
      joined(principals.map(principalText)),
    ],
  },
  accessPolicy: {
    head: ['TARGET', 'ALLOW', 'DENY', 'UNAUTHENTICATED'],
    cells: ({ target, allow = [], deny = [], unauthenticated }) => [
      target?.virtualNode.virtualNodeName ?? 'the mesh',
      String(allow.length),
      String(deny.length),
      unauthenticated === undefined ? NOTHING : String(unauthenticated.length),
    ],
  },
};

function principalText({ awsRole, awsUser, x509 }: NodePrincipal): string {
  return awsRole?.roleArn ?? awsUser?.userArn ?? x509?.uri ?? x509?.dns ?? NOTHING;
}

const NOTHING = '-';

/** The most items of a list in a cell. */
const SHOWN = 3;

function joined(items: readonly string[]): string {
  if (items.length === 0) return NOTHING;
  const more = items.length - SHOWN;
  return `${items.slice(0, SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

type Listener = { readonly portMapping: { readonly port: number; readonly protocol: PortProtocol } };

function ports(listeners: readonly Listener[] = []): string {
  return joined(listeners.map(({ portMapping: { port, protocol } }) => `${port}/${protocol}`));
}

type Match = {
  readonly prefix?: string;
  readonly path?: { readonly exact?: string; readonly regex?: string };
  readonly serviceName?: string;
  readonly methodName?: string;
  readonly port?: number;
};

// `http /a`, `grpc service.Name/Method`, and a plus sign if there are further conditions.
function matched(member: string, match: Match): string {
  const { prefix, path = {}, serviceName, methodName, port, ...others } = match;
  const parts = [
    member.replace(/Route$/, ''),
    port === undefined ? undefined : `:${port}`,
    prefix,
    path.exact,
    path.regex,
    methodName === undefined ? serviceName : `${serviceName}/${methodName}`,
    Object.keys(others).length > 0 ? '+' : undefined,
  ];
  return parts.filter((part) => part !== undefined).join(' ');
}
