import { expect, test } from 'vitest';
import { parseStats } from './envoy-admin.ts';

test('counters and gauges become numbers; texts and histograms are skipped', () => {
  const text = [
    'cluster.cds_egress_default_x_http_9080.upstream_rq_200: 12',
    'server.live: 1',
    'control_plane.identifier: "daybreak"',
    'cluster.a.upstream_rq_time: P0(nan,1.0) P25(nan,1.025)',
    'http.ingress.a: b.rq_total: 3',
    '',
  ].join('\n');
  expect([...parseStats(text)]).toEqual([
    ['cluster.cds_egress_default_x_http_9080.upstream_rq_200', 12],
    ['server.live', 1],
    ['http.ingress.a: b.rq_total', 3],
  ]);
});
