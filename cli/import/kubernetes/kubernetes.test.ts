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

describe('unusual files', () => {
  it('CRLF and a byte order mark are accepted', async () => {
    const ran = await importTexts({ 'node.yaml': `\uFEFF${NODE.replaceAll('\n', '\r\n')}` }, { mesh: 'm' });
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.files['m.virtualNode.yaml']).toContain('virtualNodeName: web_shop\nspec:\n  listeners:\n');
  });

  it('aliases that expand exponentially are refused', async () => {
    const levels = ['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'].map((name, index) => {
      const inner = `*${String.fromCharCode(97 + index)}`;
      return `${name}: &${name} [${Array.from({ length: 10 }, () => inner).join(', ')}]`;
    });
    const ran = await importTexts({ 'node.yaml': `${NODE}a: &a [x]\n${levels.join('\n')}\n` }, { mesh: 'm' });
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain('node.yaml:1: Excessive alias count indicates a resource exhaustion attack');
  });

  it('indentation with tabs is refused', async () => {
    const ran = await importTexts({ 'node.yaml': NODE.replaceAll('  ', '\t') }, { mesh: 'm' });
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain('node.yaml:4: column 1: Tabs are not allowed as indentation');
  });

  it.each(['größe', '日本'])('a name that Kubernetes would refuse is accepted: %s', async (name) => {
    const ran = await importTexts({ 'node.yaml': NODE.replace('name: web', `name: ${name}`) }, { mesh: 'm' });
    expect(ran.code).toBe(0);
    expect(ran.files['m.virtualNode.yaml']).toContain(`virtualNodeName: ${name}_shop\n`);
  });

  it('a name with / is refused, because it would be ambiguous in an ARN', async () => {
    const ran = await importTexts({ 'node.yaml': NODE.replace('name: web', 'name: a/b') }, { mesh: 'm' });
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain("Value 'a/b_shop' at 'virtualNodeName' failed to satisfy constraint");
  });

  it('a template of Helm is one problem; it was one per line, 1,126 for a chart', async () => {
    const chart = `apiVersion: appmesh.k8s.aws/v1beta2\nkind: Mesh\nmetadata:\n  name: {{ .Values.name }}\n  labels:\n    {{- include "l" . }}\n${'    {{- if .Values.a }}\n    a: 1\n    {{- end }}\n'.repeat(20)}`;
    const { code, stdout } = await importTexts({ 'mesh.yaml': chart });
    expect(code).toBe(1);
    expect(stdout).toContain('Problems: 1.\n  mesh.yaml:6: column');
    expect(stdout).toMatch(
      /, and \d+ more; this is a template, which has to be rendered first: helm template\n/,
    );
  });

  it('a template that is valid YAML is one problem; it was a resource without a name, with questions', async () => {
    const template = `apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualNode
metadata:
  name: {{ .Values.name }}
spec:
  listeners:
    - portMapping: { port: 80, protocol: http }
`;
    const { code, stdout } = await importTexts({ 'node.yaml': template });
    expect(code).toBe(1);
    expect(stdout).toBe(
      'Taken: nothing.\nProblems: 1.\n  node.yaml:4: metadata.name: this is a template, which has to be rendered first: helm template, or what fills it in\n0 files in OUT\n',
    );
  });

  it('a mesh that two files describe in the same way is one mesh; as two, it had no resources', async () => {
    const mesh = `apiVersion: appmesh.k8s.aws/v1beta2
kind: Mesh
metadata: { name: shop }
spec: { namespaceSelector: { matchLabels: { mesh: shop } } }
---
apiVersion: v1
kind: Namespace
metadata: { name: apps, labels: { mesh: shop } }
---
`;
    const node = (name: string) => `apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualNode
metadata: { name: ${name}, namespace: apps }
spec: {}
`;
    const { code, stdout, stderr } = await importTexts({
      'v1.yaml': `${mesh}${node('one')}`,
      'v2.yaml': `${mesh}${node('two')}`,
    });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('Taken: 1 mesh, 2 virtual nodes.');
  });

  it('a namespace that kubectl label gave to a mesh is a question; its manifest without the label was a problem that no answer ended', async () => {
    const manifests = `apiVersion: v1
kind: Namespace
metadata: { name: apps, labels: { team: one } }
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: Mesh
metadata: { name: shop }
spec: { namespaceSelector: { matchLabels: { mesh: shop } } }
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualGateway
metadata: { name: door, namespace: apps }
spec:
  namespaceSelector: { matchLabels: { gateway: door } }
  listeners: [{ portMapping: { port: 8080, protocol: http } }]
---
apiVersion: appmesh.k8s.aws/v1beta2
kind: GatewayRoute
metadata: { name: all, namespace: apps }
spec:
  httpRoute:
    match: { prefix: / }
    action: { target: { virtualService: { virtualServiceRef: { name: web } } } }
`;
    const asked = await importTexts({ 'mesh.yaml': manifests });
    expect(asked.stdout).toContain('Open questions: 2.\n  mesh/apps: ');
    expect(asked.stdout).toContain('(shop may be it: its labels are not there)');
    expect(asked.stdout).toContain('(door may be it: its labels are not there)');
    expect(asked.stdout).not.toContain('Problems');
    const answered = await importTexts(
      { 'mesh.yaml': manifests },
      { parameter: ['mesh/apps=shop', 'virtualGateway/apps/all=door_apps'] },
    );
    expect([answered.code, answered.stderr]).toEqual([0, '']);
    expect(answered.stdout).toContain('gateway route shop/door_apps/all_apps, from mesh.yaml:');
  });

  it('a note on manifests without a namespace says NAMESPACE; it showed a variable', async () => {
    const text = `${NODE.replace('  namespace: shop\n', '')}  backends: [{ virtualService: { virtualServiceRef: { name: b } } }]\n`;
    const { stdout } = await importTexts({ 'node.yaml': text }, { mesh: 'm' });
    expect(stdout).toContain('VirtualService NAMESPACE/b is not there: it is taken to be called b.NAMESPACE');
  });

  it('a Canary of Flagger is left out with what it stands for, unless it is for another mesh', async () => {
    const canary = (name: string, spec: string) =>
      `---\napiVersion: flagger.app/v1beta1\nkind: Canary\nmetadata: { name: ${name}, namespace: shop }\nspec: ${spec}\n`;
    const others = `${canary('one', '{}')}${canary('two', '{ provider: "appmesh:v1beta2" }')}${canary('three', '{ provider: istio }')}`;
    const { code, stdout } = await importTexts({ 'node.yaml': `${NODE}${others}` }, { mesh: 'm' });
    expect(code).toBe(0);
    expect(stdout).toMatch(/node\.yaml:\d+ Canary one: Flagger makes App Mesh resources/);
    expect(stdout).toMatch(/node\.yaml:\d+ Canary two: Flagger makes App Mesh resources/);
    expect(stdout).not.toContain('Canary three:');
  });

  it('resources for a provider of Crossplane are left out: they were passed over as other services', async () => {
    const other = 'apiVersion: appmesh.aws.upbound.io/v1beta1\nkind: VirtualNode\nmetadata: { name: web }\n';
    const { code, stdout } = await importTexts({ 'node.yaml': `${NODE}---\n${other}` }, { mesh: 'm' });
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /node\.yaml:\d+ VirtualNode web: a resource of App Mesh for a provider of Crossplane/,
    );
    expect(stdout).not.toContain('Passed over');
  });

  it('a kustomization beside resources of App Mesh is named: what it changes was taken unchanged in silence', async () => {
    const kustomization =
      'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamePrefix: a-\n';
    const { code, stdout } = await importTexts(
      { 'node.yaml': NODE, 'kustomization.yaml': kustomization },
      { mesh: 'm' },
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /kustomization\.yaml:1 Kustomization : import does not apply the changes of a kustomization/,
    );
  });

  it('a template that is not valid YAML is refused with a hint to render it', async () => {
    const ran = await importTexts({ 'node.yaml': NODE.replace('port: 8080', '{{- if .x }}') }, { mesh: 'm' });
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain('has to be rendered first: helm template');
  });
});
