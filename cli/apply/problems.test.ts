import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startBench, type Bench } from '../testing/control-plane.ts';
import { documents, mesh, node, wrongNode } from './testing/folder.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await startBench();
});
afterEach(() => bench.close());

describe('problems of apply', () => {
  it('are reported for all documents at once, before anything is changed', async () => {
    await bench.write(
      'a.yaml',
      'meshName: colors\n---\nmeshName: colors\nvirtualNodeName: a\nspec: {listeners: [{portMapping: {port: 0, protocol: htp}}]}\n---\n{a: 1\n',
    );
    await bench.write(
      'b.json',
      '[{"meshName":"colors"},\n {"name":"x"},\n 7,\n {"virtualServiceName":"s","spec":{}, "extra": 12345678901234567890}]',
    );
    await bench.write(
      'c.json',
      '[{"meshName":"colors"},\n {"virtualServiceName":"s","spec":{}, "extra": {}}]',
    );
    const error = await bench.apply(['a.yaml', 'b.json', 'c.json']).catch((thrown: unknown) => thrown);
    await expect(`${(error as Error).message.replaceAll(`${bench.folder}/`, '')}\n`).toMatchFileSnapshot(
      'testdata/problems.txt',
    );
    expect(error).toMatchObject({ exitCode: 1 });
    expect(bench.api.live.model.revision).toBe(0);
  });

  it.each([
    [
      'a.yaml',
      '{apiVersion: appmesh.k8s.aws/v1beta2, kind: Mesh, metadata: {name: m}}',
      'a Kubernetes manifest (appmesh.k8s.aws/v1beta2 Mesh)',
    ],
    ['a.json', '{"Resources": {"Mesh": {"Type": "AWS::AppMesh::Mesh"}}}', 'a CloudFormation template'],
    [
      'a.tfstate',
      '{"version": 4, "terraform_version": "1.11.4", "resources": []}',
      'a state or plan of Terraform',
    ],
    ['a.tf', 'resource "aws_appmesh_mesh" "shop" {}', 'a configuration of Terraform'],
  ])('a file of another form only named no resource; the problem names import: %s', async (name, text, form) => {
    await bench.write(name, text);
    const error = await bench.apply([name]).catch((thrown: unknown) => thrown);
    expect((error as Error).message).toContain(
      `(document 1): it is ${form}. daybreak import -f FILE --apply converts the App Mesh resources in it`,
    );
  });

  it('are reported if a document refers to a resource that does not exist', async () => {
    const [, , , route, service] = documents;
    const error = await bench
      .apply(['-'], { stdin: JSON.stringify([mesh, route, service]) })
      .catch((thrown: unknown) => thrown);
    expect((error as Error).message.split('\n')).toEqual([
      'nothing was done, because of the documents:',
      "(stdin):1 (document 2, route colors/router/all): Value 'router' at 'virtualRouterName': virtual router colors/router is neither in the files nor on the control plane",
      "(stdin):1 (document 2, route colors/router/all): Value 'white' at 'spec.httpRoute.action.weightedTargets.1.member.virtualNode': virtual node colors/white is neither in the files nor on the control plane",
      "(stdin):1 (document 3, virtual service colors/teller.local): Value 'router' at 'spec.provider.virtualRouter.virtualRouterName': virtual router colors/router is neither in the files nor on the control plane",
    ]);
    expect(bench.api.live.model.revision).toBe(0);
  });

  it('have the words of the API; the other steps are done, except those that depend on a failed one', async () => {
    await bench.write('all.json', documents);
    await bench.apply(['all.json']);
    const ran = await bench.apply(['-'], { stdin: JSON.stringify([wrongNode, node('good'), documents[0]]) });
    await expect(`${ran.stdout}${ran.stderr}`).toMatchFileSnapshot('testdata/failed.txt');
    expect(ran.code).toBe(1);
    const json = await bench.apply(['-'], {
      stdin: JSON.stringify([wrongNode, node('good')]),
      output: 'json',
    });
    await expect(json.stdout).toMatchFileSnapshot('testdata/failed.json');
  });

  it('are reported if the control plane goes away', async () => {
    await bench.write('all.json', documents);
    await bench.api.app.close();
    await expect(bench.apply(['all.json'])).rejects.toThrow(
      /the control plane at http:\/\/127\.0\.0\.1:\d+ cannot be reached/,
    );
  });
});
