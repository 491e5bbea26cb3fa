import { createHash } from 'node:crypto';

/** The first port, and the number of ports. They are below Linux's ephemeral ports, which begin at 32768 (ip(7)). */
const FIRST = 20_000;
const COUNT = 10_000;

/** A backend's port. `wanted`: the port that it would have if no other backend had that one. */
export type LoopbackPort = { readonly port: number; readonly wanted: number };

/**
 * Returns the loopback port of each backend, in their order. A port depends on the service's name and port, so it is the same in each
 * task, and stays while other backends come and go. Of two backends with the same port the first keeps it. `taken`: ports of the
 * application.
 */
export function loopbackPorts(
  backends: readonly { readonly service: string; readonly port: number }[],
  taken: ReadonlySet<number>,
): readonly LoopbackPort[] {
  const used = new Set(taken);
  return backends.map(({ service, port: servicePort }) => {
    const wanted = candidate(service, servicePort, 0);
    let port = wanted;
    for (let attempt = 1; used.has(port) && used.size < COUNT; attempt += 1)
      port = candidate(service, servicePort, attempt);
    used.add(port);
    return { port, wanted };
  });
}

function candidate(service: string, port: number, attempt: number): number {
  const digest = createHash('sha256')
    .update(JSON.stringify([service.toLowerCase(), port, attempt]))
    .digest();
  return FIRST + (digest.readUInt32BE(0) % COUNT);
}
