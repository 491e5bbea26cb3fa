import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { LOAD_STATS_PATH } from '../../agent/load/envoy-reports.ts';
import { openCall } from '../../xds/grpc/client-call.ts';

/** The size of the node that an Envoy repeats in each report, in bytes. */
const NODE_BYTES = 61_000;

/**
 * Reports load to an agent's socket as an Envoy does, with this many busy clusters and a node of 61 kB, each `intervalMs`. Returns a
 * function that ends the reports.
 */
export function reportAsEnvoy(
  socketPath: string,
  clusters: readonly string[],
  intervalMs: number,
): () => void {
  const call = openCall(
    { path: socketPath },
    LOAD_STATS_PATH,
    {},
    {
      onHeaders: () => undefined,
      onMessage: () => undefined,
      onEnd: ({ details }) => process.stderr.write(`the agent ended the load reports: ${details}\n`),
    },
  );
  const timer = setInterval(() => call.write(reportOf(clusters, intervalMs)), intervalMs);
  return () => {
    clearInterval(timer);
    call.close();
  };
}

function reportOf(clusters: readonly string[], intervalMs: number): Uint8Array {
  const node = new BinaryWriter().tag(1, WireType.LengthDelimited).string('x'.repeat(NODE_BYTES)).finish();
  const report = new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(node);
  for (const name of clusters) {
    const requests = Math.floor(Math.random() * 2000);
    const locality = new BinaryWriter();
    for (const [field, value] of [
      [2, requests],
      [3, 2],
      [4, 3],
      [8, requests + 3],
    ] as const)
      locality.tag(field, WireType.Varint).uint64(value);
    const interval = new BinaryWriter()
      .tag(1, WireType.Varint)
      .int64(Math.round(intervalMs / 1000))
      .finish();
    const cluster = new BinaryWriter()
      .tag(1, WireType.LengthDelimited)
      .string(name)
      .tag(2, WireType.LengthDelimited)
      .bytes(locality.finish())
      .tag(4, WireType.LengthDelimited)
      .bytes(interval)
      .finish();
    report.tag(2, WireType.LengthDelimited).bytes(cluster);
  }
  return report.finish();
}
