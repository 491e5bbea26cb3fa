import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CLUSTER } from '../../xds/types.ts';
import { startApi, type TestApi } from '../api/testing/test-api.ts';
import type { Resource } from '../mesh/resource.ts';
import type { ProxyStatus, Status } from '../status/status.ts';
import { openSqliteStore } from '../store/sqlite/sqlite.ts';
import type { Write } from '../store/store.ts';
import { addGauges } from './gauges.ts';
import { measureApi } from './measure-api.ts';
import { measureStore } from './measure-store.ts';
import { createMetrics, type Metrics } from './metrics.ts';

let metrics: Metrics;
let api: TestApi;
beforeEach(async () => {
  metrics = createMetrics();
  api = await startApi();
  measureApi(api.app, metrics);
});
afterEach(() => api.close());

/** The sample lines of one metric, without its comments. */
const linesOf = async (name: string): Promise<string[]> => {
  const { body, headers } = await api.app.inject({ url: '/metrics' });
  expect(headers['content-type']).toContain('text/plain; version=0.0.4');
  return body.split('\n').filter((line) => line.startsWith(`daybreak_${name}`));
};

describe('calls', () => {
  it('are counted by operation and status, and timed', async () => {
    await api.call('PUT', '/meshes', { meshName: 'colors' });
    await api.call('GET', '/meshes/colors');
    await api.call('GET', '/meshes/none');
    await api.call('GET', '/nowhere');
    await api.app.inject({ url: '/healthz' });
    expect(await linesOf('api_requests_total')).toEqual([
      'daybreak_api_requests_total{operation="CreateMesh",status="200"} 1',
      'daybreak_api_requests_total{operation="DescribeMesh",status="200"} 1',
      'daybreak_api_requests_total{operation="DescribeMesh",status="404"} 1',
      'daybreak_api_requests_total{operation="none",status="404"} 1',
    ]);
    const durations = await linesOf('api_request_duration_seconds_count');
    expect(durations).toContain('daybreak_api_request_duration_seconds_count{operation="DescribeMesh"} 2');
    expect(await linesOf('api_requests_total{operation="GetMetrics"')).toEqual([
      'daybreak_api_requests_total{operation="GetMetrics",status="200"} 2',
    ]);
  });
});

describe('a store', () => {
  it('has its commits counted by outcome', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'daybreak-metrics-'));
    const store = measureStore(openSqliteStore({ folder }), metrics);
    const mesh = { owner: '111122223333', mesh: 'colors' };
    const times = { version: 1, createdAt: 0, lastUpdatedAt: 0 };
    const id = { ...mesh, kind: 'mesh', parent: '', name: 'colors' } as const;
    const put: Resource = { ...id, spec: {}, uid: '', ...times, resourceOwner: '', tags: [] };
    const write: Write = { mesh, expectedMeshRevision: 0, puts: [put], deletes: [], tokens: [] };
    for (const outcome of ['committed', 'stale', 'stale'])
      expect(await store.commit(write)).toMatchObject({ outcome });
    await store.close();
    await expect(store.commit(write)).rejects.toThrow('it is closed');
    await rm(folder, { recursive: true });
    expect(await linesOf('store_commits_total')).toEqual([
      'daybreak_store_commits_total{outcome="committed"} 1',
      'daybreak_store_commits_total{outcome="stale"} 2',
      'daybreak_store_commits_total{outcome="failed"} 1',
    ]);
    expect(await linesOf('store_commit_duration_seconds_count')).toEqual([
      'daybreak_store_commit_duration_seconds_count 4',
    ]);
  });
});

describe('the gauges', () => {
  it('are the revision, the proxies by state, the problems, and the expiry of the certificate', async () => {
    const proxy = {
      resource: '',
      instance: '',
      agent: '',
      envoy: '',
      peer: '',
      variant: 'delta',
      connectedAt: '',
      types: [],
      problems: [],
    } as const;
    const status = (...states: ProxyStatus['state'][]): Status => ({
      revision: 7,
      proxies: states.map((state) => ({ ...proxy, state })),
    });
    let now = status('in sync', 'in sync', 'refused');
    let reads = 0;
    const certificate = () => ({ cert: Buffer.of(), key: Buffer.of(), notBefore: 0, notAfter: 5000 });
    let failure: Error | undefined;
    addGauges(metrics, {
      status: () => {
        reads += 1;
        return now;
      },
      certificate,
      answerAges: () => new Map([['instances', 3]]),
      certificateEnds: () => new Map([['arn', 8]]),
      writeFailure: () => failure,
      droppedLogBytes: () => 0,
      watchedMeshes: () => 0,
    });
    expect(await linesOf('store_writable')).toEqual(['daybreak_store_writable 1']);
    expect(reads).toBe(1);
    failure = new Error('the disk is full');
    expect(await linesOf('store_writable')).toEqual(['daybreak_store_writable 0']);
    expect(await linesOf('ads_streams')).toEqual([
      'daybreak_ads_streams{state="in sync"} 2',
      'daybreak_ads_streams{state="refused"} 1',
    ]);
    expect(await linesOf('model_problems')).toEqual([]);
    const problems = [{ where: 'backend b.local', what: 'there is no such virtual service' }];
    now = {
      revision: 7,
      proxies: [{ ...proxy, state: 'in sync', resource: 'mesh/m/virtualNode/a', problems }],
    };
    expect(await linesOf('model_problems')).toEqual([
      'daybreak_model_problems{resource="mesh/m/virtualNode/a"} 1',
    ]);
    now = status('in sync');
    expect(await linesOf('ads_streams')).toEqual(['daybreak_ads_streams{state="in sync"} 1']);
    expect(await linesOf('store_revision')).toEqual(['daybreak_store_revision 7']);
    expect(await linesOf('discovery_answer_age')).toEqual([
      'daybreak_discovery_answer_age_seconds{what="instances"} 3',
    ]);
    expect(await linesOf('tls_certificate_expiry')).toEqual([
      'daybreak_tls_certificate_expiry_timestamp_seconds 5',
    ]);
  });
});

it('responses, ACKs and NACKs of proxies are counted by type', async () => {
  metrics.push(CLUSTER);
  metrics.push(CLUSTER);
  metrics.answer(CLUSTER, true);
  metrics.answer(CLUSTER, false);
  metrics.refusedStream('denied');
  metrics.propagation(0.2);
  expect(await linesOf('ads_pushes_total')).toEqual(['daybreak_ads_pushes_total{type="Cluster"} 2']);
  expect(await linesOf('ads_acknowledgements_total')).toEqual([
    'daybreak_ads_acknowledgements_total{type="Cluster"} 1',
  ]);
  expect(await linesOf('ads_refusals_total')).toEqual(['daybreak_ads_refusals_total{type="Cluster"} 1']);
  expect(await linesOf('ads_refused_streams_total')).toContain(
    'daybreak_ads_refused_streams_total{reason="denied"} 1',
  );
  expect(await linesOf('ads_propagation_seconds_count')).toEqual([
    'daybreak_ads_propagation_seconds_count 1',
  ]);
});

it('counters of failures start at zero', async () => {
  expect(await linesOf('audit_events_total')).toHaveLength(3);
  expect(await linesOf('file_readings_total')).toHaveLength(8);
  expect(await linesOf('ads_refused_streams_total')).toHaveLength(5);
  expect(await linesOf('discovery_polls_total')).toHaveLength(8);
});
