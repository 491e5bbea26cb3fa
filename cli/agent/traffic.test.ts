import { expect, test } from 'vitest';
import { parseStats, trafficRows } from './traffic.ts';

const stats = (requests: number, errors: number) =>
  parseStats(
    JSON.stringify({
      stats: [
        { name: 'http.admin.downstream_rq_total', value: 9 },
        { name: 'http.ingress.http.9080.downstream_rq_total', value: requests },
        { name: 'http.ingress.http.9080.downstream_rq_5xx', value: errors },
        { name: 'http.ingress.http.9080.downstream_cx_active', value: 3 },
        { name: 'tcp.egress.downstream_cx_total', value: 7 },
        { histograms: {} },
      ],
    }),
  );

test('rates are per second, by prefix, without the admin interface', () => {
  expect(trafficRows(stats(10, 0), stats(40, 2), 2)).toEqual([
    { prefix: 'http.ingress.http.9080', active: 3, perSecond: 15, errorsPerSecond: 1 },
    { prefix: 'tcp.egress', active: 0, perSecond: 0, errorsPerSecond: 0 },
  ]);
});

test('a restarted Envoy, whose counters begin at 0 again, has no negative rates', () => {
  expect(trafficRows(stats(40, 2), stats(1, 0), 1)[0]).toMatchObject({ perSecond: 0, errorsPerSecond: 0 });
});
