import type { HealthCheckPolicy, Listener, VirtualGatewayListener } from '../../model/types.ts';
import { elementPath, memberPath } from '../validation/violation.ts';
import type { Broken } from './rule.ts';

/** Envoy's own ports at a virtual node: inbound and outbound traffic is redirected to them. */
const PROXY_PORTS = [15_000, 15_001] as const;

type AnyListener = {
  readonly portMapping: { readonly port: number; readonly protocol: string };
  readonly connectionPool?: object;
  readonly healthCheck?: Pick<HealthCheckPolicy, 'port'>;
};

/** Checks a virtual node's listener. */
export function listener(value: Listener, path: string): readonly Broken[] {
  return [...anyListener(value, path), ...freePort(value, path, PROXY_PORTS)];
}

/** Checks a virtual gateway's listener. The gateway's Envoy listens on that port directly, and on 15001. */
export function gatewayListener(value: VirtualGatewayListener, path: string): readonly Broken[] {
  return [...anyListener(value, path), ...freePort(value, path, [15_001])];
}

/** Checks the listeners of a virtual node or gateway: two on one port would duplicate a filter chain match or an address. */
export function uniqueListeners(
  listeners: readonly AnyListener[] | undefined,
  path: string,
): readonly Broken[] {
  const ports = new Set<number>();
  return (listeners ?? []).flatMap(({ portMapping: { port } }, index): readonly Broken[] => {
    if (!ports.has(port)) {
      ports.add(port);
      return [];
    }
    const at = memberPath(elementPath(memberPath(path, 'listeners'), index), 'portMapping.port');
    const constraint = 'Member must be a port that no other listener of the resource has';
    return [{ rule: 'port-once', path: at, value: port, constraint }];
  });
}

function freePort(value: AnyListener, path: string, taken: readonly number[]): readonly Broken[] {
  const { port } = value.portMapping;
  if (!taken.includes(port)) return [];
  const constraint = `Member must not be ${taken.join(' or ')}: Envoy itself listens there`;
  return [{ rule: 'proxy-port', path: memberPath(path, 'portMapping.port'), value: port, constraint }];
}

function anyListener(value: AnyListener, path: string): readonly Broken[] {
  const { connectionPool, healthCheck, portMapping } = value;
  return [
    ...poolOf(connectionPool, memberPath(path, 'connectionPool'), portMapping.protocol),
    ...checkedPort(healthCheck?.port, memberPath(path, 'healthCheck.port'), portMapping.port),
  ];
}

// A pool has one member, named after its protocol.
function poolOf(pool: object | undefined, path: string, protocol: string): readonly Broken[] {
  const [given] = Object.keys(pool ?? {});
  if (given === undefined || given === protocol) return [];
  const constraint = `Member must be set for ${protocol}, the protocol of the listener`;
  return [{ rule: 'pool-protocol', path, value: given, constraint }];
}

function checkedPort(checked: number | undefined, path: string, port: number): readonly Broken[] {
  if (checked === undefined || checked === port) return [];
  const constraint = `Member must be ${port}, the port of the listener`;
  return [{ rule: 'health-check-port', path, value: checked, constraint }];
}
