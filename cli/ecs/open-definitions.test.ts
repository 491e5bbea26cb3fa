import { describe, expect, it } from 'vitest';
import { runRender } from './testing/run-render.ts';

describe('definitions that depend on more than the file', () => {
  const ENVOY =
    "{ Name: envoy, Image: 'aws-appmesh-envoy:v1', Environment: [{ Name: APPMESH_RESOURCE_ARN, Value: mesh/m/virtualNode/n }] }";
  const template = (resources: string) => `Parameters: { Mesh: { Type: String } }
Conditions: { HasMesh: !Equals [!Ref Mesh, 'yes'] }
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      NetworkMode: awsvpc
${resources}`;

  it.each([
    [
      'a proxy configuration',
      `      ContainerDefinitions: [${ENVOY}]
      ProxyConfiguration: !If [HasMesh, { Type: APPMESH, ContainerName: envoy, ProxyConfigurationProperties: [{ Name: IgnoredUID, Value: '1337' }] }, !Ref AWS::NoValue]
`,
    ],
    [
      'a container',
      `      ContainerDefinitions:
        - { Name: app, Image: app }
        - !If [HasMesh, ${ENVOY}, !Ref AWS::NoValue]
`,
    ],
    [
      'all containers',
      `      ContainerDefinitions: !If [HasMesh, [${ENVOY}], []]
`,
    ],
  ])('%s that a condition decides is a question: it was an error about the Envoy container', async (_, resources) => {
    const { code, stderr } = await runRender({ text: template(resources) });
    expect(code).toBe(2);
    expect(stderr).toContain('--parameter Mesh=VALUE  (parameter Mesh has no value)');
    const answered = await runRender(
      { text: template(resources) },
      { parameter: ['Mesh=yes'], image: 'e', xdsEndpoint: 'c:1' },
    );
    expect(answered).toMatchObject({ code: 0 });
  });

  it('renders the list that it prints for several definitions again: it was no task definition', async () => {
    const one = (family: string) => ({
      family,
      networkMode: 'awsvpc',
      containerDefinitions: [
        {
          name: 'envoy',
          image: 'aws-appmesh-envoy:v1',
          environment: [{ name: 'APPMESH_RESOURCE_ARN', value: 'mesh/m/virtualNode/n' }],
        },
      ],
    });
    const text = JSON.stringify([one('a'), one('b')]);
    const first = await runRender({ text }, { image: 'e', xdsEndpoint: 'c:1' });
    expect(first).toMatchObject({ code: 0 });
    const again = await runRender({ text: first.stdout }, { check: true });
    expect(again).toMatchObject({ code: 0 });
    expect(again.stdout).toMatch(
      /^\(stdin\):2 a\n {2}nothing to change\n\(stdin\):\d\d b\n {2}nothing to change\n$/,
    );
  });
});
