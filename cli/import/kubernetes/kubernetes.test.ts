import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testGoldens } from '../testing/goldens.ts';
import { importTexts } from '../testing/run.ts';

describe('manifests', () => {
  testGoldens(join(import.meta.dirname, 'testdata'));
});

const NODE = `apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualNode
metadata:
  name: web
  namespace: shop
spec:
  listeners:
    - portMapping:
        port: 8080
        protocol: http
  serviceDiscovery:
    dns: { hostname: web.shop }
`;

describe('files of all kinds', () => {
  it('with the line ends of Windows and a byte order mark', async () => {
    const ran = await importTexts({ 'node.yaml': `\uFEFF${NODE.replaceAll('\n', '\r\n')}` }, { mesh: 'm' });
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.files['m.virtualNode.yaml']).toContain('virtualNodeName: web_shop\nspec:\n  listeners:\n');
  });

  it('with aliases that blow up', async () => {
    const levels = ['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'].map((name, index) => {
      const inner = `*${String.fromCharCode(97 + index)}`;
      return `${name}: &${name} [${Array.from({ length: 10 }, () => inner).join(', ')}]`;
    });
    const ran = await importTexts({ 'node.yaml': `${NODE}a: &a [x]\n${levels.join('\n')}\n` }, { mesh: 'm' });
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain('node.yaml:1: Excessive alias count indicates a resource exhaustion attack');
  });

  it('indented with tabs', async () => {
    const ran = await importTexts({ 'node.yaml': NODE.replaceAll('  ', '\t') }, { mesh: 'm' });
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain('node.yaml:4: column 1: Tabs are not allowed as indentation');
  });

  it.each(['größe', '日本'])('with a name that Kubernetes would not have: %s', async (name) => {
    const ran = await importTexts({ 'node.yaml': NODE.replace('name: web', `name: ${name}`) }, { mesh: 'm' });
    expect(ran.code).toBe(0);
    expect(ran.files['m.virtualNode.yaml']).toContain(`virtualNodeName: ${name}_shop\n`);
  });

  it('with a name that would be another in an ARN', async () => {
    const ran = await importTexts({ 'node.yaml': NODE.replace('name: web', 'name: a/b') }, { mesh: 'm' });
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain("Value 'a/b_shop' at 'virtualNodeName' failed to satisfy constraint");
  });

  it('as a template that is no YAML before it is rendered', async () => {
    const ran = await importTexts({ 'node.yaml': NODE.replace('port: 8080', '{{- if .x }}') }, { mesh: 'm' });
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain('has to be rendered first: helm template');
  });
});
