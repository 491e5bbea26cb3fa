import { describe, expect, it } from 'vitest';
import { importTexts } from '../testing/run.ts';

const NODE = `Resources:
  Node:
    Type: AWS::AppMesh::VirtualNode
    Properties:
      MeshName: shop
      VirtualNodeName: cart
      Spec: {}
`;

const utf16 = (text: string, swap = false): Uint8Array => {
  const bytes = Buffer.from(`\uFEFF${text}`, 'utf16le');
  return swap ? bytes.swap16() : bytes;
};

describe('files of every kind', () => {
  it.each([
    ['with a byte order mark', { 'a.yaml': `\uFEFF${NODE}` }],
    ['with CRLF', { 'a.yaml': NODE.replaceAll('\n', '\r\n') }],
    ['in UTF-16, as PowerShell writes it', { 'a.yaml': utf16(NODE) }],
    ['in UTF-16, big-endian', { 'a.yaml': utf16(NODE, true) }],
    [
      'with anchors and merge keys',
      { 'a.yaml': `X: &x { MeshName: shop }\n${NODE.replace('MeshName: shop', '<<: *x')}` },
    ],
    ['without an extension', { template: NODE }],
  ])('are read: %s', async (_, texts) => {
    const { code, files, stderr } = await importTexts(texts);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(files['shop.virtualNode.yaml']).toContain('virtualNodeName: cart');
  });

  it('are read from stdin', async () => {
    const { stdout } = await importTexts({}, { stdin: NODE, paths: ['-'] });
    expect(stdout).toContain('virtual node shop/cart, from (stdin):2 Node');
  });

  it('keep names with umlauts, a service with /, and texts that look like numbers', async () => {
    const service = `  S: { Type: AWS::AppMesh::VirtualService, Properties: { MeshName: shop, VirtualServiceName: a/ö, Spec: {} } }`;
    const { files, code } = await importTexts({
      'a.yaml': `${NODE.replace('cart', 'käse').replace('shop', '"0123"')}${service}`,
    });
    expect(code).toBe(0);
    expect(files['0123.virtualNode.yaml']).toContain('meshName: "0123"\nvirtualNodeName: käse\n');
    expect(files['shop.virtualService.yaml']).toContain('virtualServiceName: a/ö\n');
  });

  it('are refused with a / in the name of a node, as by the API', async () => {
    const { stdout } = await importTexts({ 'a.yaml': NODE.replace('cart', 'a/b') });
    expect(stdout).toContain(
      "a.yaml:2 Node: virtual node shop/a/b: 1 validation error detected: Value 'a/b' at 'virtualNodeName'",
    );
  });
});

/** A YAML file of 1 kB that expands to 3 GB. */
const LAUGHS = `a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]
${Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array.from({ length: 9 }, () => `*a${i}`).join(', ')}]`).join('\n')}
meshName: *a9
`;

describe('files that cannot be read', () => {
  it.each([
    [
      'a tab',
      { 'a.yaml': NODE.replace('  Node', '\tNode') },
      'a.yaml:2: column 1: Tabs are not allowed as indentation',
    ],
    [
      'an unknown tag',
      { 'a.yaml': NODE.replace('shop', '!Reff x') },
      'a.yaml:5: column 17: Unresolved tag: !Reff',
    ],
    [
      'a key twice in a manifest of Kubernetes',
      { 'a.yaml': 'apiVersion: appmesh.k8s.aws/v1beta2\nkind: Mesh\nmetadata: { name: m }\nkind: Mesh\n' },
      'a.yaml:4: column 1: the map has the key kind already',
    ],
    ['aliases that expand exponentially', { 'a.yaml': LAUGHS }, 'a.yaml:1: Excessive alias count'],
    ['JSON that ends too early', { 'a.json': '{"Resources": {\n"A": ' }, 'a.json:2: column'],
    [
      'JSON nested too deep',
      { 'a.json': `{"meshName": ${'['.repeat(10_000)}${']'.repeat(10_000)}}` },
      'a.json:1: more than 200 levels of lists and objects',
    ],
    [
      'YAML nested too deep',
      { 'a.yaml': `meshName: ${'['.repeat(10_000)}${']'.repeat(10_000)}` },
      'a.yaml:1: ',
    ],
    [
      'bytes that are not UTF-8',
      { 'a.yaml': new Uint8Array([0x61, 0xff, 0x61]) },
      'a.yaml is not valid UTF-8',
    ],
    ['nothing of App Mesh', { 'a.yaml': 'a: 1' }, 'a.yaml:1: not a form that import reads'],
    ['an empty file', { 'a.yaml': '' }, 'a.yaml:1: not a form that import reads'],
  ])('%s: the error names the file, the line and the fault', async (_, texts, message) => {
    const { code, stdout, stderr } = await importTexts(texts);
    expect(code).toBe(1);
    expect(`${stdout}${stderr}`).toContain(message);
  });

  it('a file above the limit: the error names the flag that allows it', async () => {
    const texts = { 'a.yaml': `${NODE}#${' '.repeat(2 ** 20)}\n` };
    const { code, stderr } = await importTexts(texts, { maxFileSize: 1 });
    expect(stderr).toMatch(/^a.yaml has \d+ bytes, and may have 1 MiB: --max-file-size 2 allows it\n$/);
    expect(code).toBe(1);
    expect(await importTexts(texts, { maxFileSize: 2 })).toMatchObject({ code: 0 });
  });

  it('a key twice in a map of a CloudFormation template: the last one counts, as there; it was a problem', async () => {
    const template = `${NODE}      VirtualNodeName: last\n`;
    const { code, stdout } = await importTexts({ 'a.yaml': template }, { paths: ['.'] });
    expect(code).toBe(0);
    expect(stdout).toContain('virtual node shop/last, from a.yaml:');
    expect(stdout).toMatch(
      /a\.yaml:\d+: column 7: the map has the key VirtualNodeName already: CloudFormation takes the last one/,
    );
  });

  it('a task definition in a folder that is a template of Terraform keeps nothing from being imported', async () => {
    const containers = `[{ "name": "envoy", "memory": \${memory}, "image": "public.ecr.aws/appmesh/aws-appmesh-envoy:v1",
      "environment": [{ "name": "APPMESH_RESOURCE_ARN", "value": "mesh/\${mesh_name}/virtualNode/\${app_name}" }] }]`;
    const { code, stdout } = await importTexts(
      { 'a.yaml': NODE, 'containers.json': containers },
      { paths: ['.'] },
    );
    expect(stdout).toContain('containers.json:1: no mention of resources of App Mesh, and a syntax error');
    expect(code).toBe(0);
  });

  it('the values of a Helm chart with the name of a mesh are no mesh; each of them was an unknown member', async () => {
    const values = 'meshName: shop\nreplicaCount: 1\nlogLevel: debug\n';
    const { code, stdout } = await importTexts(
      { 'a.yaml': NODE, 'chart/values.yaml': values, 'values-prod.yaml': values },
      { paths: ['.'] },
    );
    expect(stdout).not.toContain('unknown member');
    expect(stdout).toContain('values-prod.yaml:1: not a form that import reads');
    expect(code).toBe(0);
  });

  it('files of a folder that do not mention App Mesh are left out', async () => {
    const { code, stdout } = await importTexts(
      { 'a.yaml': NODE, 'b.yaml': 'a: [', 'c.json': '{}' },
      { paths: ['.'] },
    );
    expect(code).toBe(0);
    expect(stdout).toContain('b.yaml:1: no mention of resources of App Mesh, and a syntax error');
    expect(stdout).toContain('c.json:1: not a form that import reads');
  });
});
