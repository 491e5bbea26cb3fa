import { describe, expect, it } from 'vitest';
import { importTexts } from '../testing/run.ts';

const node = (name: string) => ({
  Type: 'AWS::AppMesh::VirtualNode',
  Properties: { MeshName: { Ref: 'AWS::StackName' }, VirtualNodeName: name, Spec: {} },
});

const manifest = (file: string, more = {}) =>
  JSON.stringify({
    version: '55.0.0',
    artifacts: {
      Shop: {
        type: 'aws:cloudformation:stack',
        environment: 'aws://unknown-account/unknown-region',
        properties: { templateFile: file, ...more },
      },
    },
  });

const nested = {
  Type: 'AWS::CloudFormation::Stack',
  Properties: { TemplateURL: { 'Fn::Sub': 'https://s3.${AWS::URLSuffix}/assets/${Hash}' } },
  Metadata: { 'aws:asset:path': 'Inner.nested.template.json' },
};

/** A template that does not use the stack's name. */
const inner = JSON.stringify({
  Resources: { In: { ...node('in'), Properties: { ...node('in').Properties, MeshName: 'm' } } },
});

describe('the output of cdk synth', () => {
  it('is imported with stack names from the manifest and nested templates by their paths in metadata', async () => {
    const { stdout, code } = await importTexts({
      'manifest.json': manifest('Shop.template.json'),
      'Shop.template.json': JSON.stringify({ Resources: { Out: node('out'), Nested: nested } }),
      'Inner.nested.template.json': inner,
    });
    expect(code).toBe(0);
    expect(stdout).toContain('virtual node Shop/out, from Shop.template.json:1 Out\n');
    expect(stdout).toContain('virtual node m/in, from Inner.nested.template.json:1 Nested/In\n');
  });

  it('is imported from the manifest alone', async () => {
    const texts = {
      'manifest.json': manifest('Shop.template.json', { stackName: 'prod' }),
      'Shop.template.json': JSON.stringify({ Resources: { Out: node('out') } }),
    };
    const { stdout } = await importTexts(texts, { paths: ['manifest.json'] });
    expect(stdout).toContain('virtual node prod/out, from Shop.template.json:1 Out\n');
  });

  it('is imported without templates of an earlier run and without internal files of CDK', async () => {
    const texts = {
      'manifest.json': manifest('Shop.template.json'),
      'Shop.template.json': JSON.stringify({ Resources: { Out: node('out') } }),
      'Old.template.json': JSON.stringify({ Resources: { Old: node('old') } }),
      'tree.json': '{"version": "tree-0.1", "tree": {"id": "App"}}',
      'Shop.assets.json': '{"version": "55.0.0", "files": {}, "dockerImages": {}}',
      'Shop.metadata.json': '{"/Shop": [{"type": "aws:cdk:logicalId", "data": "Out"}]}',
      'validation-report.json': '{"version": "1", "title": "", "pluginReports": []}',
    };
    const { stdout, code } = await importTexts(texts, { paths: ['.'] });
    expect(code).toBe(0);
    expect(stdout).toBe(`Taken: 1 virtual node.
  virtual node Shop/out, from Shop.template.json:1 Out
Left out:
  Old.template.json:1: manifest.json does not list the template; an earlier cdk synth wrote it
1 file in OUT
`);
  });
});
