import type { Log } from '../../common/log.ts';
import type { AdminClient } from '../admin/admin-client.ts';
import type { Location } from '../location/location.ts';
import type { AgentSettings } from '../settings/settings.ts';

/** Inputs of `watchSampling`. */
export type WatchSamplingOptions = {
  readonly settings: AgentSettings;
  readonly location: Location;
  readonly admin: AdminClient;
  readonly log: Log;
};

/**
 * Sets the rate of OpenTelemetry's tracer by the central rules of X-Ray while an Envoy runs, if the operator asked for it. Resolves at
 * once if not.
 */
export async function watchSampling(
  { settings, location, admin, log }: WatchSamplingOptions,
  signal: AbortSignal,
): Promise<void> {
  const { tracing, telemetry, resource } = settings;
  if (tracing?.kind !== 'opentelemetry' || tracing.sampler.kind !== 'xray') return;
  const { region } = location;
  if (region === undefined) {
    return log.error('OTEL_TRACES_SAMPLER=xray: AWS_REGION has to name the region; the rate is 5 %');
  }
  const [{ followRules, ratePath }, { createXRayCalls }] = await Promise.all([
    import('../telemetry/xray/sampling/follow-rules.ts'),
    import('../telemetry/xray/xray-calls.ts'),
  ]);
  const calls = createXRayCalls(region, telemetry.traces.xrayEndpoint);
  const { serviceName = resource.name } = telemetry.resource;
  await followRules(
    {
      call: calls.call,
      service: { names: [serviceName, `${resource.mesh}/${resource.name}`], type: 'AWS::AppMesh::Proxy' },
      setRate: (rate) => admin.ask('POST', ratePath(rate)),
      log,
    },
    signal,
  );
  calls.close();
}
