import { afterEach, beforeEach, expect, test } from 'vitest';
import { createPreview } from '../ads/preview.ts';
import { NO_PROXIES } from '../ads/testing/identities.ts';
import { makeAll, startApi, type TestApi } from '../api/testing/test-api.ts';
import { NO_EXTERNAL_INPUTS } from '../translate/external-inputs.ts';
import { explainRoute, type Explained } from './route.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
  const preview = createPreview(api.live.model, NO_EXTERNAL_INPUTS, NO_PROXIES, true);
  api.app.register(explainRoute(preview, () => ['envoy 1.37.0']));
  await makeAll(api);
  const backends = [{ virtualService: { virtualServiceName: 'teller.local' } }];
  const caller = { virtualNodeName: 'caller', spec: { backends } };
  await api.call('PUT', '/meshes/colors/virtualNodes', caller);
});
afterEach(() => api.close());

function asked(more: Readonly<Record<string, string>>) {
  const url = 'http://teller.local:9080/';
  const query = new URLSearchParams({ node: 'mesh/colors/virtualNode/caller', method: 'GET', url, ...more });
  return api.app.inject(`/explain?${query.toString()}`);
}

test('explains a request for the connected release', async () => {
  expect((await asked({})).json<Explained>()).toMatchObject({
    envoy: { version: '1.37.0', connected: true },
    outcome: { kind: 'sent' },
    others: [],
  });
});

test('validates the request by its protocol', async () => {
  const headers = JSON.stringify([['connection', 'close']]);
  expect((await asked({ headers })).json()).toMatchObject({ outcome: { kind: 'sent' } });
  expect((await asked({ headers, protocol: 'HTTP/2' })).json()).toMatchObject({
    outcome: { kind: 'closed', why: 'HTTP/2 forbids connection' },
  });
});

test.each([
  [{ protocol: 'HTTP/3' }, 'The query parameter protocol has to be HTTP/1.1 or HTTP/2.'],
  [{ headers: '{}' }, 'The query parameter headers has to be a JSON list of [name, value].'],
  [{ headers: '[["a b","c"]]' }, 'header "a b": a name is letters, digits and hyphens'],
])('%j is refused', async (more, message) => {
  const answer = await asked(more);
  expect({ status: answer.statusCode, body: answer.json() }).toMatchObject({
    status: 400,
    body: { message },
  });
});
