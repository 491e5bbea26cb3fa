import { expect, test } from 'vitest';
import { importTexts } from '../testing/run.ts';

const PARAMETERS = 'Parameters: { App: { Type: String }, Env: { Type: String }, Name: { Type: String } }\n';
const MESH = `${PARAMETERS}Resources:
  Mesh:
    Type: AWS::AppMesh::Mesh
    Properties: { MeshName: shop }
`;
const NODE = `${PARAMETERS}Resources:
  Cart:
    Type: AWS::AppMesh::VirtualNode
    Properties:
      MeshName: !GetAtt Mesh.MeshName
      VirtualNodeName: cart
      Spec: {}
`;

test('addons of AWS Copilot refer to resources in each other; these were no resources of the template', async () => {
  const { code, stdout, stderr } = await importTexts(
    { 'svc/addons/1-mesh.yml': MESH, 'svc/addons/2-nodes.yml': NODE },
    { paths: ['.'] },
  );
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('mesh shop, from svc/addons/1-mesh.yml:3 Mesh');
  expect(stdout).toContain('virtual node shop/cart, from svc/addons/2-nodes.yml:3 Cart');
});

test('addons of two services are apart, and so are other templates beside each other', async () => {
  for (const folder of ['other/addons', 'svc/templates', 'svc']) {
    const { code, stdout } = await importTexts(
      { 'svc/addons/1-mesh.yml': MESH, [`${folder}/2-nodes.yml`]: NODE },
      { paths: ['.'] },
    );
    expect(code).toBe(1);
    expect(stdout).toContain('Cart: Mesh is not a resource of the template');
  }
});

test('addons with one name for two things are not merged', async () => {
  const other = MESH.replace('shop', 'other');
  const { stdout } = await importTexts(
    { 'svc/addons/1-mesh.yml': MESH, 'svc/addons/2-mesh.yml': other },
    { paths: ['.'] },
  );
  expect(stdout).toContain('mesh shop, from svc/addons/1-mesh.yml:3 Mesh');
  expect(stdout).toContain('mesh other, from svc/addons/2-mesh.yml:3 Mesh');
});
