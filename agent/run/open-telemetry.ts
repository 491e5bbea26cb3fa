import type { GrpcServer } from '../../xds/grpc/server.ts';
import type { TelemetryStatus } from '../telemetry/telemetry.ts';
import { isTelemetryAsked } from '../telemetry/settings/telemetry-settings.ts';
import type { Prepared } from './prepare.ts';
import type { Context } from './context.ts';

/** The telemetry that passes through the agent. */
export type RunningTelemetry = {
  /** Undefined: no variable asks for telemetry. */
  readonly status: () => TelemetryStatus | undefined;
  /** Adds the services that Envoy sends to. */
  readonly addTo: (server: GrpcServer) => void;
};

const NONE: RunningTelemetry = { status: () => undefined, addTo: () => undefined };

/**
 * Opens the telemetry. Its code is loaded only if a variable asks for it.
 * @throws Error if a port of an input or a file of an output cannot be used
 */
export async function openTelemetry(
  { settings, agentLog, outputs, opened }: Context,
  { agent, location }: Prepared,
): Promise<RunningTelemetry> {
  if (!isTelemetryAsked(settings.telemetry)) return NONE;
  const loaded = await import('../telemetry/telemetry.ts');
  const telemetry = await loaded.openTelemetry({
    settings: settings.telemetry,
    facts: { resource: settings.resource, location, instance: agent.instance },
    daemon: settings.xrayDaemon,
    version: agent.version,
    writeLines: outputs.envoy('stdout'),
    log: agentLog.log,
  });
  opened.defer(telemetry.close);
  return telemetry;
}
