import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { GrpcServer } from '../../xds/grpc/server.ts';
import type { ServerCall } from '../../xds/grpc/server-call.ts';
import { status } from '../../xds/grpc/status.ts';
import { readReport, type EnvoyReport } from './read-report.ts';

/** The path of Envoy's load reporting service. */
export const LOAD_STATS_PATH = '/envoy.service.load_stats.v3.LoadReportingService/StreamLoadStats';

/** The load reporting server of the agent's Envoys: of two during a hot restart. */
export type EnvoyReports = {
  readonly addTo: (server: GrpcServer) => void;
  /** Asks for reports at this interval, in milliseconds; undefined: for no more reports. */
  readonly watch: (intervalMs: number | undefined) => void;
};

/** Creates the server. An Envoy that was never asked sends nothing after its first message. */
export function createEnvoyReports(onReport: (report: EnvoyReport) => void): EnvoyReports {
  const calls = new Set<ServerCall>();
  let interval: number | undefined;

  function serve(call: ServerCall) {
    calls.add(call);
    call.whenOver(() => calls.delete(call));
    call.sendHeaders();
    if (interval !== undefined) ask(call, interval);
    return {
      message(bytes: Buffer) {
        if (interval === undefined) return;
        const report = readReport(bytes);
        if (report !== undefined) onReport(report);
      },
      halfClose: () => call.end(status.OK),
    };
  }

  return {
    addTo: (server) => server.add(LOAD_STATS_PATH, serve),
    watch(intervalMs) {
      if (intervalMs === interval) return;
      interval = intervalMs;
      for (const call of calls) ask(call, interval);
    },
  };
}

/**
 * The longest time of Envoy's timers, some 23 days, because the protocol has no message that stops the reports. The end of the stream stops
 * them too, but then Envoy connects again within a second with its whole node, and logs a warning each time.
 */
const NEVER_SECONDS = 2_000_000;

/**
 * Sends a `LoadStatsResponse`. Without an interval it names no clusters: Envoy then forgets which ones it reported, so that the next
 * report after a pause does not contain what happened during the pause.
 */
function ask(call: ServerCall, intervalMs: number | undefined): void {
  const ms = intervalMs ?? NEVER_SECONDS * 1000;
  const duration = new BinaryWriter()
    .tag(1, WireType.Varint)
    .int64(Math.floor(ms / 1000))
    .tag(2, WireType.Varint)
    .int32((ms % 1000) * 1_000_000)
    .finish();
  const message = new BinaryWriter().tag(2, WireType.LengthDelimited).bytes(duration);
  if (intervalMs !== undefined) message.tag(4, WireType.Varint).bool(true);
  const bytes = message.finish();
  call.write(() => bytes);
}
