import type { HealthCheckPolicy, Listener, VirtualGatewayListener } from '../../model/types.ts';
import { elementPath, memberPath, type Violation } from '../violation.ts';

/** Envoy's own ports beside a virtual node: where inbound and outbound traffic is redirected to. */
const PROXY_PORTS = [15_000, 15_001] as const;

type AnyListener = {
  readonly portMapping: { readonly port: number; readonly protocol: string };
  readonly connectionPool?: object;
  readonly timeout?: object;
  readonly healthCheck?: Pick<HealthCheckPolicy, 'path' | 'port' | 'protocol'>;
};

/** A virtual node's listener. */
export function listener(value: Listener, path: string): readonly Violation[] {
  return [...anyListener(value, path), ...freePort(value, path, PROXY_PORTS)];
}

/** A virtual gateway's listener; a gateway's Envoy listens on that port itself, and on 15001. */
export function gatewayListener(value: VirtualGatewayListener, path: string): readonly Violation[] {
  return [...anyListener(value, path), ...freePort(value, path, [15_001])];
}

/** Two listeners on one port would be one filter chain twice, which Envoy refuses. */
export function uniqueListeners(
  listeners: readonly AnyListener[] | undefined,
  path: string,
): readonly Violation[] {
  const ports = new Set<number>();
  return (listeners ?? []).flatMap(({ portMapping: { port } }, index) => {
    if (!ports.has(port)) {
      ports.add(port);
      return [];
    }
    const at = memberPath(elementPath(memberPath(path, 'listeners'), index), 'portMapping.port');
    return [{ path: at, value: port, constraint: 'Member must be a port that no other listener here has' }];
  });
}

function freePort(value: AnyListener, path: string, taken: readonly number[]): readonly Violation[] {
  const { port } = value.portMapping;
  if (!taken.includes(port)) return [];
  const constraint = `Member must not be ${taken.join(' or ')}, where Envoy itself listens`;
  return [{ path: memberPath(path, 'portMapping.port'), value: port, constraint }];
}

function anyListener(value: AnyListener, path: string): readonly Violation[] {
  const { protocol } = value.portMapping;
  return [
    ...ofProtocol(value.connectionPool, memberPath(path, 'connectionPool'), protocol),
    ...ofProtocol(value.timeout, memberPath(path, 'timeout'), protocol),
    ...healthCheck(value, memberPath(path, 'healthCheck')),
  ];
}

// A pool or a timeout has one member, named for the protocol that it is about.
function ofProtocol(value: object | undefined, path: string, protocol: string): readonly Violation[] {
  const [given] = Object.keys(value ?? {});
  if (given === undefined || given === protocol) return [];
  return [
    { path, value: given, constraint: `Member must be set for ${protocol}, the protocol of the listener` },
  ];
}

function healthCheck({ healthCheck: check, portMapping }: AnyListener, path: string): readonly Violation[] {
  if (check === undefined) return [];
  const found: Violation[] = [];
  if (check.port !== undefined && check.port !== portMapping.port) {
    const constraint = `Member must be ${portMapping.port}, the port of the listener`;
    found.push({ path: memberPath(path, 'port'), value: check.port, constraint });
  }
  const needsPath = check.protocol === 'http' || check.protocol === 'http2';
  if (needsPath && check.path?.startsWith('/') !== true) {
    const constraint = `Member must begin with / in a health check over ${check.protocol}`;
    found.push({ path: memberPath(path, 'path'), value: check.path, constraint });
  }
  return found;
}
