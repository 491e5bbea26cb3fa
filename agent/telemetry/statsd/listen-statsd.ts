import { isUtf8 } from 'node:buffer';
import { listenUdp, type UdpInput } from '../listen-udp.ts';
import type { Registry } from '../metrics/registry.ts';
import { addStatsdLine } from './statsd-line.ts';

/**
 * Listens for StatsD and DogStatsD on loopback, and adds each line to its series. Resolves with undefined if another program has the port.
 * @throws Error if the port cannot be used for another reason
 */
export async function listenStatsd(port: number, registry: Registry): Promise<UdpInput | undefined> {
  const counts = { received: 0, invalid: 0 };

  function addLine(line: string): void {
    counts.received += 1;
    const fate = addStatsdLine(registry, line);
    if (fate === 'invalid' || fate === 'unsupported') counts.invalid += 1;
  }

  function take(packet: Buffer): void {
    if (packet.length === 0 || !isUtf8(packet)) {
      counts.received += 1;
      counts.invalid += 1;
      return;
    }
    const text = packet.toString();
    if (!text.includes('\n')) return addLine(text);
    for (const line of text.split('\n')) if (line !== '') addLine(line);
  }

  return await listenUdp({ name: 'statsd', port, take, counts: () => counts });
}
