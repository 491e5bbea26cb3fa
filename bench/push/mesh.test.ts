import { expect, test } from 'vitest';
import { Model } from '../../controlplane/mesh/model.ts';
import { viewOf } from '../../controlplane/mesh/view.ts';
import type { ProxyView } from '../../controlplane/mesh/proxy-view.ts';
import { configurations } from './configurations.ts';
import { EVERYONES, FEWS, MESH, meshResources, OWNER } from './mesh.ts';

const size = { nodes: 20, backends: 10 };

function views(): readonly ProxyView[] {
  const model = new Model();
  model.apply(
    meshResources(size).map((resource, index) => ({ revision: index + 1, id: resource, resource })),
  );
  const at = { owner: OWNER, mesh: MESH };
  return model.list('virtualNode', at).flatMap((id) => viewOf(model, id) ?? []);
}

test('each virtual node has as many backends as it should, and all of them lead somewhere', () => {
  for (const { services } of views()) {
    expect(services).toHaveLength(size.backends);
    for (const { provider } of services) expect(provider).toMatchObject({ kind: 'virtualRouter' });
  }
});

test('one service is called by all, and one by vn-few alone', () => {
  const callers = (service: string) =>
    views().filter(({ services }) => services.some(({ name }) => name === service));
  expect(callers(EVERYONES)).toHaveLength(size.nodes + 1);
  expect(callers(FEWS).map(({ name }) => name)).toEqual(['vn-few']);
});

test('the peer is given the configuration of each virtual node, with the hosts whose weights are changed', () => {
  const given = configurations(size);
  expect(given).toHaveLength(size.nodes + 1);
  const holds = (host: string) =>
    given.filter(({ resources }) => resources.some((any) => Buffer.from(any, 'base64').includes(host)));
  expect(holds(EVERYONES)).toHaveLength(size.nodes + 1);
  expect(holds(FEWS).map(({ id }) => id)).toEqual([`mesh/${MESH}/virtualNode/vn-few`]);
});
