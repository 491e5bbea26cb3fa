import type { ResourceSpans } from '../otlp/generated/opentelemetry/proto/trace/v1/trace_pb.ts';
import { openAll } from '../open-all.ts';
import type { Parts } from '../parts.ts';
import type { TracesExporter, TracesSettings } from '../settings/traces-settings.ts';
import { openDaemonTraces } from '../xray/daemon-traces.ts';
import type { Segment } from '../xray/segment.ts';
import { openOtlpTraces } from './otlp-traces.ts';
import { keepFailed, type TraceSink } from './keep-failed.ts';
import type { TraceOutput } from './trace-output.ts';
import { openZipkinTraces } from './zipkin-traces.ts';

/** The traces that pass through the agent. */
export type Traces = {
  /** Receives spans of OTLP from Envoy or the application. */
  readonly spans: (spans: readonly ResourceSpans[]) => void;
  /** Receives segments of X-Ray. */
  readonly segments: (segments: readonly Segment[]) => void;
  readonly outputs: readonly TraceOutput[];
  readonly close: (limitMs: number) => Promise<void>;
};

/** Facts that outputs need beside the settings. */
export type TraceFacts = {
  /** The region of X-Ray's API; undefined if it is unknown. */
  readonly region: string | undefined;
  /** The address of X-Ray's daemon. */
  readonly daemon: { readonly host: string; readonly port: number };
};

/**
 * Opens the outputs of traces. Each loads its library only now.
 * @throws Error if X-Ray's API or CloudWatch is wanted and the region is unknown
 */
export async function openTraces(settings: TracesSettings, facts: TraceFacts, parts: Parts): Promise<Traces> {
  const outputs = await openAll(settings.exporters, (exporter) =>
    openOutput(exporter, settings, facts, parts),
  );
  const sink: TraceSink = {
    spans(spans) {
      for (const output of outputs) output.spans(spans);
    },
    segments(segments) {
      for (const output of outputs) output.segments(segments);
    },
  };
  const { sampler } = settings;
  const chosen = settings.keepsFailed
    ? keepFailed(sink, () => (sampler.kind === 'ratio' ? sampler.ratio : 1))
    : { ...sink, flush: () => undefined };
  return {
    spans: chosen.spans,
    segments: chosen.segments,
    outputs,
    async close(limitMs) {
      chosen.flush();
      await Promise.all(outputs.map((output) => output.close(limitMs)));
    },
  };
}

async function openOutput(
  exporter: TracesExporter,
  settings: TracesSettings,
  { region, daemon }: TraceFacts,
  parts: Parts,
): Promise<TraceOutput> {
  switch (exporter) {
    case 'otlp':
      return openOtlpTraces({ settings: settings.otlp }, parts);
    case 'cloudwatch': {
      const { cloudWatchOtlp } = await import('../aws/cloudwatch-otlp.ts');
      const { otlp, xrayEndpoint: endpoint } = settings;
      return openOtlpTraces(cloudWatchOtlp({ signal: 'traces', region, endpoint, otlp }), parts);
    }
    case 'zipkin':
      return openZipkinTraces(settings, parts);
    case 'xray-daemon':
      return openDaemonTraces(daemon, parts);
    case 'xray': {
      const { openXRayApi } = await import('../xray/xray-api.ts');
      return openXRayApi(region, settings.xrayEndpoint, parts);
    }
  }
}
