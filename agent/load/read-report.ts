import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import type { ClusterLoad } from '../../common/contracts/agent-channel/load.ts';

/** The load of a cluster in one of Envoy's reports. */
export type ReportedCluster = ClusterLoad & { readonly name: string };

/** One of Envoy's reports. `coversMs`: the time that the counters cover, by Envoy's monotonic clock. */
export type EnvoyReport = { readonly coversMs: number; readonly clusters: readonly ReportedCluster[] };

// Field numbers of envoy.service.load_stats.v3.LoadStatsRequest and envoy.config.endpoint.v3.ClusterStats, UpstreamLocalityStats.
const REQUEST = { clusterStats: 2 } as const;
const CLUSTER = { name: 1, localities: 2, interval: 4 } as const;
const LOCALITY = { ok: 2, active: 3, errors: 4, issued: 8 } as const;

/** The prefix of App Mesh's names of clusters. Envoy reports the clusters of its bootstrap, too. */
const PREFIX = 'cds_';

/**
 * Reads a `LoadStatsRequest` without its node, which Envoy repeats in every report: 61 kB, five hundred objects if decoded. Undefined: the
 * message has no clusters, as the first one of a stream. Returns only clusters with traffic. Throws on invalid bytes.
 */
export function readReport(bytes: Uint8Array): EnvoyReport | undefined {
  const reader = new BinaryReader(bytes);
  const clusters: ReportedCluster[] = [];
  let coversMs: number | undefined;
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field !== REQUEST.clusterStats || type !== WireType.LengthDelimited) {
      reader.skip(type, field);
      continue;
    }
    const cluster = readCluster(new BinaryReader(reader.bytes()));
    coversMs = Math.max(coversMs ?? 0, cluster.coversMs);
    if (cluster.name.startsWith(PREFIX) && hasTraffic(cluster.load))
      clusters.push({ name: cluster.name, ...cluster.load });
  }
  return coversMs === undefined ? undefined : { coversMs, clusters };
}

function hasTraffic({ requests, ok, errors, active }: ClusterLoad): boolean {
  return requests + ok + errors + active > 0;
}

function readCluster(reader: BinaryReader): { name: string; coversMs: number; load: ClusterLoad } {
  const load = { requests: 0, ok: 0, errors: 0, active: 0 };
  let name = '';
  let coversMs = 0;
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (type !== WireType.LengthDelimited) reader.skip(type, field);
    else if (field === CLUSTER.name) name = reader.string();
    else if (field === CLUSTER.localities) addLocality(load, new BinaryReader(reader.bytes()));
    else if (field === CLUSTER.interval) coversMs = readDuration(new BinaryReader(reader.bytes()));
    else reader.skip(type, field);
  }
  return { name, coversMs, load };
}

function addLocality(
  load: { requests: number; ok: number; errors: number; active: number },
  reader: BinaryReader,
): void {
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (type !== WireType.Varint) reader.skip(type, field);
    else if (field === LOCALITY.ok) load.ok += Number(reader.uint64());
    else if (field === LOCALITY.errors) load.errors += Number(reader.uint64());
    else if (field === LOCALITY.active) load.active += Number(reader.uint64());
    else if (field === LOCALITY.issued) load.requests += Number(reader.uint64());
    else reader.skip(type, field);
  }
}

/** Reads a protobuf duration, in milliseconds; 0 if it is negative. */
function readDuration(reader: BinaryReader): number {
  let ms = 0;
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === 1 && type === WireType.Varint) ms += Number(reader.int64()) * 1000;
    else if (field === 2 && type === WireType.Varint) ms += reader.int32() / 1e6;
    else reader.skip(type, field);
  }
  return Math.max(0, Math.round(ms));
}
