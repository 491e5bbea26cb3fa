import { createSocket } from 'node:dgram';
import { createLog } from '../../../common/log.ts';
import { compileSettings } from '../../../common/settings.ts';
import type { WriteLines } from '../../output/write-lines.ts';
import { NOWHERE } from '../../location/location.ts';
import { readTelemetry, type TelemetrySettings } from '../settings/telemetry-settings.ts';
import { openTelemetry, type Telemetry } from '../telemetry.ts';

/** The facts of a proxy of which only the name is known. */
export const FACTS = {
  resource: { id: 'mesh/m/virtualNode/n', mesh: 'm', kind: 'virtualNode', name: 'n' },
  location: NOWHERE,
  instance: 'i',
} as const;

/** Compiles variables of telemetry. */
export function telemetrySettings(env: Readonly<Record<string, string>>): TelemetrySettings {
  return compileSettings(env, readTelemetry);
}

/** Opens telemetry by its variables, with inputs on free ports. `writeLines` takes the lines for stdout, `daemon` is X-Ray's. Ends it at the end of a block. */
export async function startTelemetry(
  env: Readonly<Record<string, string>>,
  writeLines: WriteLines = async () => 0,
  region?: string,
  daemon: { readonly host: string; readonly port: number } = { host: '127.0.0.1', port: 1 },
): Promise<Telemetry & AsyncDisposable> {
  const given = telemetrySettings(env);
  // Unless the test names a port, a free one.
  const free = (name: string, port: number) => (env[name] === undefined ? 0 : port);
  const ports = {
    statsd: free('DAYBREAK_STATSD_PORT', given.ports.statsd),
    otlpGrpc: free('DAYBREAK_OTLP_GRPC_PORT', given.ports.otlpGrpc),
    otlpHttp: free('DAYBREAK_OTLP_HTTP_PORT', given.ports.otlpHttp),
    xray: free('DAYBREAK_XRAY_PORT', given.ports.xray),
  };
  const settings = { ...given, ports };
  const telemetry = await openTelemetry({
    settings,
    facts: { ...FACTS, location: { ...NOWHERE, region } },
    daemon,
    version: '1',
    writeLines,
    log: createLog('test', 'silent'),
  });
  return { ...telemetry, [Symbol.asyncDispose]: telemetry.close };
}

/** Returns the port of an input, by the protocol that begins its name. */
export function portOf(telemetry: Telemetry, protocol: string): number {
  const input = telemetry.status().inputs.find((each) => each.input.startsWith(protocol))?.input ?? '';
  return Number(/:(\d+)$/.exec(input)?.[1]);
}

/** Sends datagrams to a port of loopback. */
export async function sendPackets(port: number, packets: readonly (string | Buffer)[]): Promise<void> {
  const socket = createSocket('udp4');
  for (const packet of packets) {
    const { promise, resolve } = Promise.withResolvers<void>();
    socket.send(packet, port, '127.0.0.1', () => resolve());
    await promise;
  }
  socket.close();
}
