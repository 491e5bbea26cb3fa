import { setFlagsFromString } from 'node:v8';
import { errorText } from '../../common/error-text.ts';
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
 * Opens the telemetry. Its code is loaded only if a variable asks for it. If that fails, the agent goes on without: a proxy without
 * telemetry is better than none. The status and the log say why.
 */
export async function openTelemetry(context: Context, prepared: Prepared): Promise<RunningTelemetry> {
  if (!isTelemetryAsked(context.settings.telemetry)) return NONE;
  try {
    return await openAsked(context, prepared);
  } catch (error) {
    const problem = errorText(error);
    context.agentLog.log.error({ problem }, 'no telemetry passes through the agent');
    const series = { count: 0, limit: 0, refused: 0, refusedNames: [] };
    return { ...NONE, status: () => ({ inputs: [], outputs: [], series, problem }) };
  }
}

async function openAsked(
  { settings, agentLog, outputs, opened }: Context,
  { agent, location }: Prepared,
): Promise<RunningTelemetry> {
  // Each collection makes garbage, which V8 otherwise keeps until it is as much as the rest: 120 MB instead of 180 at 3,000 series.
  setFlagsFromString('--optimize-for-size');
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
