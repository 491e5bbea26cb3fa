import type { Parser } from '../../common/settings.ts';

/** Ports from `first` to `last`, inclusive. */
export type PortRange = { readonly first: number; readonly last: number };

/** The SSH port, through which the operator can repair the host. */
export const SSH: PortRange = { first: 22, last: 22 };

/** Capacity of one `multiport` match; a range counts as two ports (xt_multiport.h, XT_MULTI_PORTS). */
const MULTIPORT_ROOM = 15;

/** Parses a port such as 8080, or a range such as 8000:8010. Rejects service names. */
export const portRange: Parser<PortRange> = (text) => {
  const match = /^(\d{1,5})(?::(\d{1,5}))?$/.exec(text);
  const first = Number(match?.[1]);
  const last = Number(match?.[2] ?? match?.[1]);
  return first >= 1 && first <= last && last <= 65_535
    ? { value: { first, last } }
    : { wanted: 'a port from 1 to 65535, or a range such as 8000:8010' };
};

/** Formats a range as iptables does. */
export function formatPorts({ first, last }: PortRange): string {
  return first === last ? `${first}` : `${first}:${last}`;
}

/** Splits ports into lists that fit into one `multiport` match each. Keeps the order. */
export function splitForMultiport(ports: readonly PortRange[]): readonly (readonly PortRange[])[] {
  const lists: PortRange[][] = [];
  let room = 0;
  for (const port of ports) {
    const size = port.first === port.last ? 1 : 2;
    if (room < size) {
      lists.push([]);
      room = MULTIPORT_ROOM;
    }
    lists.at(-1)?.push(port);
    room -= size;
  }
  return lists;
}

/** Describes ports in messages. */
export function describePorts(ports: readonly PortRange[] | 'all'): string {
  return ports === 'all' ? 'all ports' : ports.map(formatPorts).join();
}
