import { mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importTexts, runImport } from '../testing/run.ts';

const MESH = `Resources: { Mesh: { Type: 'AWS::AppMesh::Mesh', Properties: { MeshName: shop } } }\n`;

describe('a folder', () => {
  it('with a file that is no text, or too large, is imported: each ended the import', async () => {
    const texts = {
      'latin.json': Buffer.from('{"name": "\xe9"}', 'latin1'),
      'large.json': JSON.stringify('x'.repeat(1024 * 1024)),
      'mesh.yaml': MESH,
    };
    const { code, stdout } = await importTexts(texts, { paths: ['.'], maxFileSize: 1 });
    expect(code).toBe(0);
    expect(stdout).toContain('latin.json:1: no mention of resources of App Mesh, and not readable: ');
    expect(stdout).toContain('latin.json is not valid UTF-8');
    expect(stdout).toContain('large.json has 1048578 bytes');
  });

  it('with such a file that mentions App Mesh has a problem', async () => {
    const texts = { 'latin.yaml': Buffer.from(`# \xe9\n${MESH}`, 'latin1') };
    const { code, stdout } = await importTexts(texts, { paths: ['.'] });
    expect(code).toBe(1);
    expect(stdout).toContain('Problems: 1.\n  latin.yaml:1: ');
  });

  it('has the files that its links lead to: they were passed over in silence', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'daybreak-import-'));
    try {
      await mkdir(join(folder, 'root'));
      await mkdir(join(folder, 'shared'));
      await writeFile(join(folder, 'shared/mesh.yaml'), MESH);
      await symlink('../shared/mesh.yaml', join(folder, 'root/mesh.yaml'));
      await symlink('..', join(folder, 'root/loop'));
      await symlink('nowhere.yaml', join(folder, 'root/broken.yaml'));
      const { code, stdout } = await runImport(folder, ['root']);
      expect(code).toBe(0);
      expect(stdout).toContain('Taken: 1 mesh.');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('with many unrelated files has one line for them in the report: it had one each', async () => {
    const others = Object.fromEntries(
      Array.from({ length: 8 }, (_, index) => [`other-${index}.json`, '{"a": 1}']),
    );
    const { code, stdout } = await importTexts({ ...others, 'mesh.yaml': MESH }, { paths: ['.'] });
    expect(code).toBe(0);
    expect(stdout).toContain(
      'Left out:\n  8 places, of which the first are other-0.json:1, other-1.json:1, other-2.json:1: not a form that import reads:',
    );
    expect(stdout).not.toContain('other-3.json');
    const few = await importTexts({ 'other.json': '{"a": 1}', 'mesh.yaml': MESH }, { paths: ['.'] });
    expect(few.stdout).toContain('  other.json:1: not a form that import reads:');
  });

  it('with a file in another form that mentions resources of App Mesh says so', async () => {
    const serverless = `service: shop\nresources:\n  ${MESH}`;
    const { stdout } = await importTexts({ 'serverless.yml': serverless }, { paths: ['.'] });
    expect(stdout).toContain(
      'serverless.yml:1: it mentions resources of App Mesh, and is not a form that import reads',
    );
  });
});

describe('a file that import does not read', () => {
  it.each([
    [
      'lib/mesh.ts',
      "import * as appmesh from 'aws-cdk-lib/aws-appmesh';\nnew appmesh.Mesh(this, 'M');\n",
      2,
      'a program of CDK: import the folder cdk.out',
    ],
    [
      'mesh.py',
      "from aws_cdk import aws_appmesh as appmesh\nappmesh.CfnVirtualNode(self, 'N')\n",
      2,
      'a program of CDK: import',
    ],
    [
      'main.ts',
      "import { AppmeshMesh } from '@cdktf/provider-aws';\n",
      1,
      'a program of CDK for Terraform: import the cdk.tf.json',
    ],
    [
      'index.ts',
      "import * as aws from '@pulumi/aws';\nnew aws.appmesh.Mesh('m');\n",
      2,
      'a program of Pulumi',
    ],
    [
      'main.go',
      'import "github.com/pulumi/pulumi-aws/sdk/v2/go/aws/appmesh"\nappmesh.NewVirtualNode(ctx)\n',
      2,
      'a program of Pulumi',
    ],
    [
      'mesh.template.js',
      "module.exports = {\n  Mesh: { Type: 'AWS::AppMesh::Mesh' },\n};\n",
      2,
      'a program with a template of CloudFormation',
    ],
    [
      'mesh.yaml.j2',
      'Resources:\n  M: { Type: AWS::AppMesh::Mesh }\n',
      2,
      'a template that has to be rendered first',
    ],
    [
      'deploy.sh',
      'set -e\naws appmesh create-mesh --mesh-name shop\n',
      2,
      'a script that makes resources of App Mesh',
    ],
  ])('is left out with what to import in its place, in a folder: %s; there was no word of it', async (file, text, line, reason) => {
    const { code, stdout } = await importTexts(
      { [file]: text, 'other.ts': 'export {};\n' },
      { paths: ['.'] },
    );
    expect(code).toBe(1);
    expect(stdout).toContain(`Left out:\n  ${file}:${line}: ${reason}`);
    expect(stdout).not.toContain('other.ts');
  });

  it('is a problem where -f names it: it was a syntax error of YAML', async () => {
    const text = "import * as appmesh from 'aws-cdk-lib/aws-appmesh';\nnew appmesh.Mesh(this, 'M', {\n});\n";
    const { code, stdout } = await importTexts({ 'mesh.ts': text });
    expect(code).toBe(1);
    expect(stdout).toContain('Problems: 1.\n  mesh.ts:2: a program of CDK: import the folder cdk.out');
  });
});
