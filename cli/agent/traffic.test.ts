import { expect, test } from 'vitest';
import { parseStats, trafficRows } from './traffic.ts';

const stats = (requests: number, errors: number) =>
  parseStats(
    JSON.stringify({
      stats: [
        { name: 'listener.admin.downstream_cx_total', value: 9 },
        { name: 'listener.0.0.0.0_15000.downstream_cx_total', value: requests },
        { name: 'listener.0.0.0.0_15000.worker_0.downstream_cx_total', value: requests },
        { name: 'listener.0.0.0.0_15000.downstream_cx_active', value: 3 },
        { name: 'listener.0.0.0.0_15000.http.ingress.http.9080.downstream_rq_completed', value: requests },
        { name: 'listener.0.0.0.0_15000.http.ingress.http.9080.downstream_rq_5xx', value: errors },
        { name: 'listener.0.0.0.0_15000.http.ingress.http2.9081.downstream_rq_completed', value: requests },
        { name: 'listener.0.0.0.0_15003.downstream_cx_total', value: requests },
        { histograms: {} },
      ],
    }),
  );

test('rates are per second, by listener, without the admin interface and the workers', () => {
  expect(trafficRows(stats(10, 0), stats(40, 2), 2)).toEqual([
    { listener: '0.0.0.0_15000', active: 3, unit: 'requests', perSecond: 30, errorsPerSecond: 1 },
    { listener: '0.0.0.0_15003', active: 0, unit: 'connections', perSecond: 15, errorsPerSecond: 0 },
  ]);
});

test('a restarted Envoy, whose counters begin at 0 again, has no negative rates', () => {
  expect(trafficRows(stats(40, 2), stats(1, 0), 1)[0]).toMatchObject({ perSecond: 0, errorsPerSecond: 0 });
});
