import { listenUdp, type UdpInput } from '../listen-udp.ts';
import { serveSampling, type SamplingSource } from './sampling/serve-sampling.ts';
import { parseDatagram, type Segment } from './segment.ts';

/**
 * Listens on loopback for the segments of Envoy and of the application's SDK, and answers the SDK about sampling rules. Resolves with
 * undefined if another program has the port. `onCallsLeft`: another program has the port for the SDK's calls, which are TCP.
 * @throws Error if the port cannot be used for another reason
 */
export async function listenXRay(
  port: number,
  take: (segments: readonly Segment[]) => void,
  sampling: SamplingSource,
  onCallsLeft: (port: number) => void = () => undefined,
): Promise<UdpInput | undefined> {
  const counts = { received: 0, invalid: 0 };
  const input = await listenUdp({
    name: 'xray',
    port,
    counts: () => counts,
    take(datagram) {
      counts.received += 1;
      const segment = parseDatagram(datagram);
      if (segment === undefined) counts.invalid += 1;
      else take([segment]);
    },
  });
  if (input === undefined) return undefined;
  try {
    const server = await serveSampling(input.port, sampling);
    if (server === undefined) onCallsLeft(input.port);
    return {
      ...input,
      close() {
        input.close();
        server?.close();
      },
    };
  } catch (error) {
    input.close();
    throw error;
  }
}
