import { isObject } from '../../../common/is-object.ts';
import type { Path } from '../place.ts';
import { taskDefinitionOf, type EcsService, type TaskDefinition } from './ecs.ts';

/** A port of a service, with the names that clients use. */
export type Endpoint = {
  readonly portName: string;
  /** The name of the Cloud Map service. */
  readonly discoveryName: string;
  readonly containerPort: unknown;
  readonly protocol: string;
  readonly aliases: readonly { readonly dnsName: string; readonly port: unknown }[];
  /** In seconds; 0 means no time-out. */
  readonly idleSeconds: number | undefined;
  readonly perRequestSeconds: number | undefined;
  /** The ARN of the certificate authority; `''` if the service has TLS and does not name one; undefined without TLS. */
  readonly authority: string | undefined;
  readonly path: Path;
};

/** Receives the faults of endpoints, and notes on settings that import leaves out. */
export type EndpointRemarks = {
  readonly fault: (path: Path, message: string) => void;
  readonly note: (path: Path, message: string) => void;
};

/** Returns the endpoints of a service. `namespace`: the name of the namespace, for the default names of endpoints. */
export function endpointsOf(
  service: EcsService,
  definitions: readonly TaskDefinition[],
  namespace: string,
  { fault, note }: EndpointRemarks,
): readonly Endpoint[] {
  const { services } = service.configuration;
  const list: readonly unknown[] = Array.isArray(services) ? services : [];
  if (list.length === 0) return [];
  const definition = taskDefinitionOf(service, definitions);
  if (definition === undefined) {
    fault(
      ['services'],
      `the answer of aws ecs describe-task-definition --task-definition ${service.taskDefinition} is not among the files`,
    );
    return [];
  }
  return list.flatMap((each, index): readonly Endpoint[] => {
    const path = ['services', index];
    if (!isObject(each)) return [];
    const portName = String(each['portName']);
    const port = definition.ports.get(portName);
    if (port === undefined) {
      fault(
        [...path, 'portName'],
        `the task definition ${service.taskDefinition} has no port of the name ${JSON.stringify(portName)}`,
      );
      return [];
    }
    if (each['ingressPortOverride'] !== undefined)
      note(
        [...path, 'ingressPortOverride'],
        `the port of Service Connect's proxy is left out: a proxy accepts the traffic to port ${String(port.port)}`,
      );
    const discoveryName = typeof each['discoveryName'] === 'string' ? each['discoveryName'] : portName;
    const timeout = isObject(each['timeout']) ? each['timeout'] : {};
    return [
      {
        portName,
        discoveryName,
        containerPort: port.port,
        protocol: port.protocol,
        aliases: aliasesOf(each['clientAliases'], `${discoveryName}.${namespace}`, port.port),
        idleSeconds: secondsOf(timeout['idleTimeoutSeconds']),
        perRequestSeconds: secondsOf(timeout['perRequestTimeoutSeconds']),
        authority: authorityOf(each['tls']),
        path,
      },
    ];
  });
}

function aliasesOf(value: unknown, otherwise: string, port: unknown): Endpoint['aliases'] {
  const aliases = Array.isArray(value) ? value.filter(isObject) : [];
  if (aliases.length === 0) return [{ dnsName: otherwise, port }];
  return aliases.map((each) => ({
    dnsName: typeof each['dnsName'] === 'string' ? each['dnsName'] : otherwise,
    port: each['port'] ?? port,
  }));
}

function secondsOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function authorityOf(tls: unknown): string | undefined {
  if (!isObject(tls)) return undefined;
  const issuer = isObject(tls['issuerCertificateAuthority']) ? tls['issuerCertificateAuthority'] : {};
  const { awsPcaAuthorityArn } = issuer;
  return typeof awsPcaAuthorityArn === 'string' ? awsPcaAuthorityArn : '';
}
