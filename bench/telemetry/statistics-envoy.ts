import { spawn, type ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where an Envoy sends its statistics. */
export type Sink = { readonly kind: 'dogstatsd' | 'otlp'; readonly port: number };

/** Clusters, each with some statistics that Envoy sends: more than 2,000 together. */
const CLUSTERS = 290;

/** Starts an Envoy that has some thousand statistics, and sends them each second. */
export function startStatisticsEnvoy(envoy: string, folder: string, sink: Sink | undefined): ChildProcess {
  const path = join(folder, `envoy-${sink?.kind ?? 'none'}.json`);
  writeFileSync(path, JSON.stringify(configuration(sink)));
  const args = ['-c', path, '--disable-hot-restart', '--concurrency', '1', '-l', 'error'];
  return spawn(envoy, args, { stdio: 'ignore' });
}

function configuration(sink: Sink | undefined) {
  const clusters = Array.from({ length: CLUSTERS }, (_, index) => cluster(`service-${index}`, 9));
  const receiver = { ...cluster('receiver', sink?.port ?? 9), ...HTTP2 };
  return {
    static_resources: { clusters: [...clusters, receiver] },
    stats_flush_interval: '1s',
    ...(sink === undefined ? {} : { stats_sinks: [sinkOf(sink)] }),
  };
}

function cluster(name: string, port: number) {
  const address = { socket_address: { address: '127.0.0.1', port_value: port } };
  return {
    name,
    type: 'STATIC',
    connect_timeout: '1s',
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] },
  };
}

const HTTP2 = {
  typed_extension_protocol_options: {
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
      '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
      explicit_http_config: { http2_protocol_options: {} },
    },
  },
};

function sinkOf({ kind, port }: Sink) {
  if (kind === 'otlp') {
    return {
      name: 'envoy.stat_sinks.open_telemetry',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.extensions.stat_sinks.open_telemetry.v3.SinkConfig',
        grpc_service: { envoy_grpc: { cluster_name: 'receiver' } },
      },
    };
  }
  return {
    name: 'envoy.stat_sinks.dog_statsd',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.config.metrics.v3.DogStatsdSink',
      address: { socket_address: { protocol: 'UDP', address: '127.0.0.1', port_value: port } },
    },
  };
}
