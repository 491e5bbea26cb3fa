import { expect, it } from 'vitest';
import { importTexts, type RunOptions } from '../testing/run.ts';

const NODE = `apiVersion: appmesh.k8s.aws/v1beta1
kind: VirtualNode
metadata: { name: web, namespace: apps }
spec:
  serviceDiscovery:
    cloudMap: { namespaceName: apps.local, serviceName: web }
`;

const ATTRIBUTE = '- key: appmesh.k8s.aws/mesh\n          value: shop\n';

it.each([
  ['the option --mesh', { mesh: 'shop' }],
  ['an answer', { parameter: ['mesh/apps=shop'] }],
] satisfies readonly [
  string,
  RunOptions,
][])('a node of v1beta1 whose manifest names no mesh has the mesh of %s among its Cloud Map attributes; it had the text "undefined"', async (_, options) => {
  const { code, files } = await importTexts({ 'node.yaml': NODE }, options);
  expect(code).toBe(0);
  expect(files['shop.virtualNode.yaml']).toContain(ATTRIBUTE);
});

it('a node of v1beta1 without a mesh asks one question for the mesh and its attribute', async () => {
  const { stdout } = await importTexts({ 'node.yaml': NODE });
  expect(stdout).toContain('Open questions: 1.\n  mesh/apps: ');
});
