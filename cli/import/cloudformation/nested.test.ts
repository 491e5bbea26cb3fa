import { expect, it } from 'vitest';
import { importTexts } from '../testing/run.ts';

const OUTER = (url: string) => `
Resources:
  Mesh:
    Type: AWS::CloudFormation::Stack
    Properties: { TemplateURL: ${url}, Parameters: { Name: shop } }
`;
const INNER = `
Parameters: { Name: { Type: String } }
Resources:
  Mesh: { Type: 'AWS::AppMesh::Mesh', Properties: { MeshName: !Ref Name } }
`;

it.each([
  [
    'a folder of the URL',
    'https://s3.amazonaws.com/bucket/infrastructure/mesh.yaml',
    'infrastructure/mesh.yaml',
  ],
  [
    'a URL that begins with variables',
    "!Sub 'https://${Bucket}.s3.amazonaws.com/${Prefix}mesh.yaml'",
    'infrastructure/mesh.yaml',
  ],
  ['a path of another folder', 'infrastructure/mesh.yaml', 'cloud/infrastructure/mesh.yaml'],
])('finds the template of a nested stack elsewhere in the folder: %s; its parameters were questions', async (_, url, file) => {
  const { code, stdout } = await importTexts({ 'main.yaml': OUTER(url), [file]: INNER }, { paths: ['.'] });
  expect(code).toBe(0);
  expect(stdout).toContain(`mesh shop, from ${file}:4 Mesh/Mesh`);
});

it('takes none where two templates may be meant', async () => {
  const texts = {
    'main.yaml': OUTER('https://s3.amazonaws.com/bucket/mesh.yaml'),
    'a/mesh.yaml': INNER,
    'b/mesh.yaml': INNER,
  };
  const { stdout } = await importTexts(texts, { paths: ['.'], parameter: ['Name=shop'] });
  expect(stdout).toContain('main.yaml:3 Mesh: the template of this nested stack is not among the files');
});
