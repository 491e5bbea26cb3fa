import { expect, test } from 'vitest';
import { Model } from '../../controlplane/mesh/model.ts';
import { viewOf, type ProxyView } from '../../controlplane/mesh/view.ts';
import { EVERYONES, FEWS, MESH, meshResources } from './mesh.ts';

const size = { nodes: 20, backends: 10 };

function views(): readonly ProxyView[] {
  const model = new Model();
  model.apply(
    meshResources(size).map((resource, index) => ({ revision: index + 1, id: resource, resource })),
  );
  const at = { owner: '000000000000', mesh: MESH };
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
