import { expect, test } from 'vitest';
import { TRAFFIC_STATS, readTraffic } from './traffic.ts';

/** A sidecar: two callers over HTTP with one request, one over TCP; the application over HTTP and TCP. */
const SIDECAR = {
  'listener.0.0.0.0_15000.downstream_cx_active': 3,
  'listener.0.0.0.0_15000.downstream_cx_total': 10,
  'listener.0.0.0.0_15000.worker_0.downstream_cx_active': 3,
  'listener.0.0.0.0_15000.worker_0.downstream_cx_total': 10,
  'listener.0.0.0.0_15001.downstream_cx_active': 2,
  'listener.0.0.0.0_15001.downstream_cx_total': 7,
  'listener.admin.downstream_cx_active': 1,
  'listener.admin.downstream_cx_total': 99,
  'http.admin.downstream_rq_active': 1,
  'http.admin.downstream_rq_total': 99,
  'http.ingress.http.8080.downstream_cx_active': 2,
  'http.ingress.http.8080.downstream_cx_total': 8,
  'http.ingress.http.8080.downstream_rq_active': 1,
  'http.ingress.http.8080.downstream_rq_total': 50,
  'http.egress.downstream_cx_active': 1,
  'http.egress.downstream_cx_total': 4,
  'http.egress.downstream_rq_active': 0,
  'http.egress.downstream_rq_total': 20,
};

test('requests and non-HTTP connections are counted per direction, without those of the admin interface', () => {
  expect(readTraffic(new Map(Object.entries(SIDECAR)))).toEqual({
    ingress: { requests: 1, connections: 1 },
    egress: { requests: 0, connections: 1 },
    begun: [50, 2, 20, 3],
  });
});

test("a gateway's connections to its own second pass do not count", () => {
  const gateway = {
    'listener.0.0.0.0_8088.downstream_cx_active': 1,
    'listener.0.0.0.0_15001.downstream_cx_active': 1,
    'http.ingress.downstream_cx_active': 1,
    'http.egress.downstream_cx_active': 1,
  };
  expect(readTraffic(new Map(Object.entries(gateway)))).toMatchObject({
    ingress: { requests: 0, connections: 0 },
    egress: { requests: 0, connections: 0 },
  });
});

test('calls to backends on loopback are outbound', () => {
  const loopback = {
    'listener.127.0.0.1_21020.downstream_cx_active': 2,
    'listener.0.0.0.0_15000.downstream_cx_active': 1,
    'http.ingress.downstream_cx_active': 1,
  };
  expect(readTraffic(new Map(Object.entries(loopback)))).toMatchObject({
    ingress: { requests: 0, connections: 0 },
    egress: { requests: 0, connections: 2 },
  });
});

test('the expression matches exactly the statistics that are read', () => {
  const asked = new RegExp(TRAFFIC_STATS);
  expect(Object.keys(SIDECAR).filter((name) => !asked.test(name))).toEqual([]);
  const others = [
    'listener.0.0.0.0_15000.downstream_pre_cx_active',
    'listener.0.0.0.0_15000.downstream_cx_destroy',
    'http.ingress.downstream_cx_ssl_total',
    'http.ingress.downstream_rq_http1_total',
    'cluster.c.upstream_rq_active',
  ];
  expect(others.filter((name) => asked.test(name))).toEqual([]);
});
