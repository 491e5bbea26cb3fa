import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { FIXTURE_OWNER, modelFromInputs } from '../mesh/testing/resources.ts';
import { createLongRange } from './prometheus.ts';

const MESH = { owner: FIXTURE_OWNER, mesh: 'm' };
const model = modelFromInputs([
  { meshName: 'm' },
  ...['a', 'b'].map((virtualNodeName) => ({ meshName: 'm', virtualNodeName, spec: {} })),
]);

type Asked = { readonly query: URLSearchParams; readonly authorization: string | undefined };

/** A server that answers each query as `answer` says. */
async function serve(
  answer: (query: URLSearchParams) => object | string | undefined,
): Promise<{ url: string; asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const query = new URLSearchParams(text);
      asked.push({ query, authorization: request.headers.authorization });
      const said = answer(query);
      if (said !== undefined) response.end(typeof said === 'string' ? said : JSON.stringify(said));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  onTestFinished(() => server.closeAllConnections());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, asked };
}

const success = (result: readonly object[]) => ({
  status: 'success',
  data: { resultType: 'matrix', result },
});

test('lines of the model come from series that name the caller; the others are counted', async () => {
  const { url, asked } = await serve((query) => {
    const start = Number(query.get('start'));
    const labels = { envoy_cluster_name: 'cds_egress_m_b_http_8080', appmesh_virtual_node: 'a' };
    const text = query.get('query') ?? '';
    if (text.includes('upstream_rq_xx')) return success([{ metric: labels, values: [[start, '2']] }]);
    if (text.includes('active')) return success([]);
    return success([
      {
        metric: labels,
        values: [
          [start, '100.5'],
          [start + 30, '-0.1'],
          [start + 60, 'NaN'],
        ],
      },
      { metric: { envoy_cluster_name: 'cds_egress_m_b_http_8080' }, values: [[start, '7']] },
    ]);
  });
  const figures = await createLongRange({ url: url.replace('//', '//u:p%40@'), model })(MESH, 3600);
  expect(figures).toMatchObject({ source: 'prometheus', slotSeconds: 30, linesLeftOut: 1, missing: [] });
  expect(figures.times).toHaveLength(120);
  const [line] = figures.lines;
  expect(line).toMatchObject({
    from: { kind: 'virtualNode', name: 'a' },
    to: { kind: 'virtualNode', name: 'b' },
  });
  expect(line?.requests.slice(0, 4)).toEqual([100.5, 0, null, null]);
  expect(line?.errors.slice(0, 2)).toEqual([2, 0]);
  expect(line?.active[0]).toBe(0);
  expect(asked).toHaveLength(3);
  expect(asked[0]?.authorization).toBe(`Basic ${Buffer.from('u:p@').toString('base64')}`);
  expect(asked[0]?.query.get('query')).toContain(String.raw`envoy_cluster_name=~"cds_(egress|ingress)_m_.+"`);
});

test.each<[string, (query: URLSearchParams) => object | string | undefined, string, limitMs?: number]>([
  ['an error', () => ({ status: 'error', error: 'bad query' }), 'bad query'],
  ['a page of another server', () => '<html>', 'it answers with status 200 and a body that is no JSON'],
  ['no answer', () => undefined, 'timeout', 200],
])('%s is a 503 that says so without the password', async (_, answer, why, limitMs = 60_000) => {
  const { url } = await serve(answer);
  const ask = createLongRange({ url: url.replace('//', '//u:secret@'), model, limitMs })(MESH, 3600);
  const error = (await ask.catch((thrown: unknown) => thrown)) as Error & { status: number };
  expect(error.status).toBe(503);
  expect(error.message).toContain(why);
  expect(error.message).toContain(`Prometheus at ${url.slice(0, -1)} gives no figures`);
  expect(error.message).not.toContain('secret');
});
