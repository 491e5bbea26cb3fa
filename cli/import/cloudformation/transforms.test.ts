import { describe, expect, it } from 'vitest';
import { importTexts } from '../testing/run.ts';

const MESH = `
  Mesh:
    Type: AWS::AppMesh::Mesh
    Properties: { MeshName: shop }
`;

describe('transforms', () => {
  it.each([
    'AWS::Serverless-2016-10-31',
    'AWS::LanguageExtensions',
    'AWS::CodeDeployBlueGreen',
    '[AWS::SecretsManager-2020-07-23, AWS::Serverless-2016-10-31]',
  ])('%s leaves resources of App Mesh as they are: the template was a problem', async (transform) => {
    const { code, stdout } = await importTexts({ 'a.yaml': `Transform: ${transform}\nResources:${MESH}` });
    expect(code).toBe(0);
    expect(stdout).toContain('mesh shop, from a.yaml:3 Mesh');
  });

  it('resources of Fn::ForEach are a problem: they were dropped in silence', async () => {
    const { code, stdout } = await importTexts({
      'a.yaml': `Transform: AWS::LanguageExtensions
Resources:${MESH}
  Fn::ForEach::Nodes:
    - Name
    - [cart, web]
    - Node\${Name}:
        Type: AWS::AppMesh::VirtualNode
        Properties: { MeshName: shop, VirtualNodeName: !Ref Name, Spec: {} }
  Fn::ForEach::Topics:
    - Name
    - [cart, web]
    - Topic\${Name}: { Type: AWS::SNS::Topic }
`,
    });
    expect(code).toBe(1);
    expect(stdout).toContain(
      'Problems: 1.\n  a.yaml:7 Fn::ForEach::Nodes: only CloudFormation can process the resources of Fn::ForEach;',
    );
  });

  it('resources that Fn::Transform includes are left out: there was no word of them', async () => {
    const { code, stdout } = await importTexts({
      'a.yaml': `Resources:${MESH}
  Fn::Transform: { Name: AWS::Include, Parameters: { Location: s3://bucket/more.yaml } }
`,
    });
    expect(code).toBe(0);
    expect(stdout).toContain(
      'a.yaml:6 Fn::Transform: resources that it adds are not here: only CloudFormation can process the transform AWS::Include;',
    );
  });

  it('the functions of AWS::LanguageExtensions are evaluated', async () => {
    const { code, files } = await importTexts(
      {
        'a.yaml': `Transform: AWS::LanguageExtensions
Parameters: { Names: { Type: CommaDelimitedList, Default: 'a,b,c' }, Open: { Type: String } }
Mappings: { Stages: { prod: { Name: live } } }
Resources:
  Mesh:
    Type: AWS::AppMesh::Mesh
    Properties:
      MeshName: !FindInMap [Stages, dev, Name, DefaultValue: shop]
      Tags:
        - { Key: count, Value: { 'Fn::Length': !Ref Names } }
        - { Key: text, Value: { 'Fn::ToJsonString': { a: !Ref Open } } }
        - { Key: stage, Value: !FindInMap [Stages, prod, Name, DefaultValue: none] }
`,
      },
      { parameter: ['Open=x'] },
    );
    expect(code).toBe(0);
    expect(files['shop.mesh.yaml']).toContain('key: count\n    value: "3"\n');
    expect(files['shop.mesh.yaml']).toContain(`key: text\n    value: '{"a":"x"}'\n`);
    expect(files['shop.mesh.yaml']).toContain('key: stage\n    value: live\n');
  });
});
