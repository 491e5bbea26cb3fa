import type { Found } from '../source.ts';
import type { EcsService } from './ecs.ts';
import type { Endpoint } from './endpoints.ts';

/** A service with its endpoints. */
export type Member = { readonly service: EcsService; readonly endpoints: readonly Endpoint[] };

/** Values that the answers of ECS do not have; each may be open. */
export type Unsaid = {
  readonly meshName: unknown;
  /** The name of the Cloud Map namespace. */
  readonly namespaceName: unknown;
  /** The certificate of a service. ECS generates its own, which no other program can use. */
  readonly certificate: (member: Member) => unknown;
  /** The certificate authority that clients of an endpoint trust. */
  readonly authority: (member: Member, endpoint: Endpoint) => unknown;
};

/** Returns the resources of a namespace: a mesh, a virtual node per service, a virtual service and a router per endpoint name. */
export function meshOf(members: readonly Member[], unsaid: Unsaid): readonly Found[] {
  const { meshName } = unsaid;
  const [first] = members;
  if (first === undefined) return [];
  const names = namesIn(members);
  return [
    { kind: 'mesh', members: { meshName, spec: {} }, place: { ...first.service.place, id: 'namespace' } },
    ...members.map((member) => nodeOf(member, names, unsaid)),
    ...[...names].flatMap(([name, targets]) => serviceOf(name, targets, meshName)),
  ];
}

type Target = { readonly member: Member; readonly endpoint: Endpoint; readonly port: unknown };

function namesIn(members: readonly Member[]): ReadonlyMap<string, readonly Target[]> {
  const targets = members.flatMap((member) =>
    member.endpoints.flatMap((endpoint) =>
      endpoint.aliases.map(({ dnsName, port }) => ({ member, endpoint, port, dnsName })),
    ),
  );
  return Map.groupBy(targets, ({ dnsName }) => dnsName);
}

function nodeOf(member: Member, names: ReadonlyMap<string, readonly Target[]>, unsaid: Unsaid): Found {
  const { service, endpoints } = member;
  const [first] = endpoints;
  const backends = [...names]
    .filter(([, targets]) => !targets.some((target) => target.member === member))
    .map(([name, targets]) => ({
      virtualService: { virtualServiceName: name, ...clientPolicyFor(targets, unsaid) },
    }));
  return {
    kind: 'virtualNode',
    members: {
      meshName: unsaid.meshName,
      virtualNodeName: service.name,
      spec: {
        ...(endpoints.length === 0
          ? {}
          : { listeners: endpoints.map((each) => listenerOf(member, each, unsaid)) }),
        ...(first === undefined
          ? {}
          : {
              serviceDiscovery: {
                awsCloudMap: { namespaceName: unsaid.namespaceName, serviceName: first.discoveryName },
              },
            }),
        ...(backends.length === 0 ? {} : { backends }),
      },
    },
    place: service.place,
  };
}

function listenerOf(member: Member, endpoint: Endpoint, unsaid: Unsaid): object {
  const { containerPort: port, protocol, authority } = endpoint;
  const timeout = timeoutOf(endpoint);
  return {
    portMapping: { port, protocol },
    ...(timeout === undefined ? {} : { timeout: { [protocol]: timeout } }),
    ...(authority === undefined
      ? {}
      : { tls: { mode: 'STRICT', certificate: { acm: { certificateArn: unsaid.certificate(member) } } } }),
  };
}

function timeoutOf({ protocol, idleSeconds, perRequestSeconds }: Endpoint): object | undefined {
  const idle = idleSeconds === undefined ? {} : { idle: { unit: 's', value: idleSeconds } };
  const perRequest =
    perRequestSeconds === undefined || protocol === 'tcp'
      ? {}
      : { perRequest: { unit: 's', value: perRequestSeconds } };
  const timeout = { ...idle, ...perRequest };
  return Object.keys(timeout).length === 0 ? undefined : timeout;
}

// A policy applies to the whole virtual service unless it names ports, so it names them if some ports have no TLS.
function clientPolicyFor(targets: readonly Target[], unsaid: Unsaid): object {
  const secured = targets.filter(({ endpoint }) => endpoint.authority !== undefined);
  if (secured.length === 0) return {};
  const authorities = [...new Set(secured.map(({ member, endpoint }) => unsaid.authority(member, endpoint)))];
  const ports = secured.length === targets.length ? {} : { ports: secured.map(({ port }) => port) };
  const trust = { acm: { certificateAuthorityArns: authorities } };
  return { clientPolicy: { tls: { enforce: true, ...ports, validation: { trust } } } };
}

function serviceOf(name: string, targets: readonly Target[], meshName: unknown): readonly Found[] {
  const [first] = targets;
  if (first === undefined) return [];
  const { place } = first.member.service;
  const listeners = targets.map(({ port, endpoint }) => ({
    portMapping: { port, protocol: endpoint.protocol },
  }));
  return [
    { kind: 'virtualRouter', members: { meshName, virtualRouterName: name, spec: { listeners } }, place },
    ...targets.map((target) => routeOf(name, target, targets.length > 1, meshName)),
    {
      kind: 'virtualService',
      members: {
        meshName,
        virtualServiceName: name,
        spec: { provider: { virtualRouter: { virtualRouterName: name } } },
      },
      place,
    },
  ];
}

function routeOf(
  virtualRouterName: string,
  { member, endpoint, port }: Target,
  several: boolean,
  meshName: unknown,
): Found {
  const { protocol, portName, containerPort } = endpoint;
  const timeout = timeoutOf(endpoint);
  const action = { weightedTargets: [{ virtualNode: member.service.name, weight: 1, port: containerPort }] };
  const match = {
    ...(protocol === 'http' || protocol === 'http2' ? { prefix: '/' } : {}),
    ...(several ? { port } : {}),
  };
  const matches = protocol === 'tcp' && !several ? {} : { match };
  const route = { ...matches, action, ...(timeout === undefined ? {} : { timeout }) };
  return {
    kind: 'route',
    members: { meshName, virtualRouterName, routeName: portName, spec: { [`${protocol}Route`]: route } },
    place: member.service.place,
  };
}
