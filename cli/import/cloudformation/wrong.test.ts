import { describe, expect, it } from 'vitest';
import { importTexts } from '../testing/run.ts';

const node = (name: string, more = '') => `
Resources:
  Node:
    Type: AWS::AppMesh::VirtualNode
    Properties:
      MeshName: shop
      VirtualNodeName: ${name}
      Spec: {}${more}
`;

/** A title, the templates, and the messages that the report contains. */
const cases: readonly (readonly [string, Readonly<Record<string, string>>, readonly string[]])[] = [
  [
    'a circle of references',
    {
      'a.yaml': `
Resources:
  A: { Type: 'AWS::AppMesh::Mesh', Properties: { MeshName: !Ref B } }
  B: { Type: 'AWS::ServiceDiscovery::Service', Properties: { Name: !Sub 'x-\${C.Name}' } }
  C:
    Type: AWS::ServiceDiscovery::Service
    Properties: { Name: !GetAtt B.Name }
`,
    },
    ['a.yaml:7 C: circular reference: B.Name → C.Name → B.Name'],
  ],
  [
    'a circle of conditions',
    {
      'a.yaml': `Conditions: { One: !Not [!Condition Two], Two: !Not [!Condition One] }${node('!If [One, a, b]')}`,
    },
    ['circular reference: condition One → condition Two → condition One'],
  ],
  [
    'a circle of exports',
    {
      'a.yaml': `${node('!ImportValue b')}Outputs: { A: { Value: !ImportValue b, Export: { Name: a } } }`,
      'b.yaml': `${node('x')}Outputs: { B: { Value: !ImportValue a, Export: { Name: b } } }`,
    },
    ['circular reference: output B (b.yaml) → output A (a.yaml) → output B (b.yaml)'],
  ],
  [
    'an unknown attribute',
    { 'a.yaml': node('!GetAtt Node.Nmae') },
    [
      'a.yaml:7 Node: Node (AWS::AppMesh::VirtualNode) has no attribute Nmae; it has MeshName, VirtualNodeName, MeshOwner',
    ],
  ],
  [
    'a reference to an unknown name',
    { 'a.yaml': node('!Ref Nowhere') },
    ['a.yaml:7 Node: Nowhere is neither a parameter nor a resource of the template'],
  ],
  [
    'a Sub with an unknown variable',
    { 'a.yaml': node("!Sub 'node-${Stage}'") },
    ['a.yaml:7 Node: Stage is neither a parameter nor a resource of the template'],
  ],
  [
    'an unknown condition, in a value and on a resource',
    {
      'a.yaml': `Conditions: { Other: !Equals [a, a] }${node('!If [Maybe, a, b]', '\n    Condition: Never')}`,
    },
    ['a.yaml:9 Node: there is no condition Never; the template has Other'],
  ],
  [
    'an If with an unknown condition',
    { 'a.yaml': node('!If [Maybe, a, b]') },
    ['a.yaml:7 Node: there is no condition Maybe; the template has none'],
  ],
  [
    'an import of an unknown export',
    { 'a.yaml': node('!ImportValue shop-node') },
    [
      'ImportValue:shop-node: none of the given templates exports shop-node; answer with --outputs FILE or --parameter ImportValue:shop-node=VALUE',
    ],
  ],
  [
    'two stacks that export one name',
    {
      'a.yaml': `${node('!ImportValue n')}Outputs:\n  A: { Value: a, Export: { Name: n } }`,
      'b.yaml': `Resources: { B: { Type: 'AWS::SNS::Topic' } }\nOutputs: { B: { Value: b, Export: { Name: n } } }`,
    },
    ['a.yaml:7 Node: export n is exported twice: in a.yaml:10 A and in b.yaml:2 B'],
  ],
  [
    'an unknown function, and invalid arguments',
    {
      'a.yaml': node(
        'x',
        `
      Tags:
        - { Key: a, Value: { 'Fn::GetAZs': '' } }
        - { Key: b, Value: !Join [x] }
        - { Key: c, Value: !Select [3, [a, b]] }
        - { Key: d, Value: !Split ['', a] }
        - { Key: e, Value: !FindInMap [M, a, b] }
        - { Key: f, Value: !Cidr [10.0.0.0/30, 9, 8] }
        - { Key: g, Value: !Ref AWS::Nothing }
        - { Key: h, Value: !If [a] }
        - { Key: i, Value: !Sub { a: b } }
        - { Key: j, Value: !Base64 [a] }`,
      ),
    },
    [
      'a.yaml:10 Node: unknown function Fn::GetAZs; known: Ref, Fn::GetAtt,',
      'a.yaml:11 Node: Fn::Join takes a text and a list; got ["x"]',
      'a.yaml:12 Node: Fn::Select takes an index and a list that is long enough; got [3,["a","b"]]',
      'a.yaml:13 Node: Fn::Split takes a separator and a text; got ["","a"]',
      'a.yaml:14 Node: unknown key "M"; known: none',
      'a.yaml:15 Node: Fn::Cidr takes a network, a count of blocks that fit into it',
      'a.yaml:16 Node: AWS::Nothing is not a pseudo parameter',
      'a.yaml:17 Node: Fn::If takes the name of a condition and two values; got ["a"]',
      'a.yaml:18 Node: Fn::Sub takes a text, or a list of a text and a map; got {"a":"b"}',
      'a.yaml:19 Node: Fn::Base64 takes a text; got ["a"]',
    ],
  ],
  [
    'a transform, by its name',
    { 'a.yaml': `Transform: [AWS::Serverless-2016-10-31, Mine]${node('x')}` },
    ['a.yaml:1: only CloudFormation can process the transform Mine; import the answer of'],
  ],
  [
    'a transform within a value',
    { 'a.yaml': node("{ 'Fn::Transform': { Name: Mine } }") },
    ['a.yaml:7 Node: only CloudFormation can process the transform Mine;'],
  ],
  [
    'a parameter value that is not allowed',
    { 'a.yaml': `Parameters: { N: { Type: String, AllowedValues: [a, b], Default: c } }${node('!Ref N')}` },
    ['a.yaml:1 N: parameter N is "c"; allowed: a, b'],
  ],
  [
    'unknown members, and a duplicate member',
    {
      'a.yaml': node('x').replace(
        'Spec: {}',
        'Spec: { Listener: [{ PortMapping: { Port: 1, Protocl: http } }], Listeners: [], Loging: {} }',
      ),
    },
    [
      'a.yaml:8 Node: Spec.Listener.0.PortMapping.Protocl: unknown member; known: port, protocol',
      'a.yaml:8 Node: Spec.Listeners: the member listeners occurs twice, in different spellings',
      'a.yaml:8 Node: Spec.Loging: unknown member; known: backendDefaults, backends, listeners, logging, serviceDiscovery',
    ],
  ],
  [
    'one resource in two files with different contents',
    { 'a.yaml': node('x'), 'b.yaml': node('x', '\n      Tags: [{ Key: a, Value: b }]') },
    ['b.yaml:3 Node: virtual node shop/x is in a.yaml:3 Node too with other contents'],
  ],
  [
    'one resource in two files with equal contents',
    { 'a.yaml': node('x'), 'b.yaml': node('x') },
    ['Left out:\n  b.yaml:3 Node: virtual node shop/x is in a.yaml:3 Node too'],
  ],
  [
    'a template that nests itself',
    {
      'a.yaml': `Resources: { S: { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: b.yaml } } }`,
      'b.yaml': `${node('x')}  S: { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: b.yaml } }`,
    },
    ['b.yaml:9 S/S: circular nesting of b.yaml'],
  ],
  [
    'an unknown output of a nested template',
    {
      'a.yaml': `${node('!GetAtt S.Outputs.Name')}  S: { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: b.yaml } }`,
      'b.yaml': node('y'),
    },
    ['a.yaml:7 Node: the template of the nested stack S, b.yaml, has no output Name'],
  ],
];

describe('the report of faulty templates', () => {
  it.each(cases)('names the place and the fault: %s', async (_, texts, told) => {
    const { stdout, stderr } = await importTexts(texts);
    for (const each of told) expect(`${stdout}${stderr}`).toContain(each);
  });

  it('ignores the resources of other services, and counts them', async () => {
    const others = Array.from({ length: 500 }, (_, index) => [
      `T${index}`,
      { Type: `AWS::S${index % 2}::T` },
    ]);
    const { stdout, code } = await importTexts({
      'a.json': JSON.stringify({
        Resources: Object.fromEntries([
          ...others,
          ['M', { Type: 'AWS::AppMesh::Mesh', Properties: { MeshName: 'm' } }],
        ]),
      }),
    });
    expect(stdout).toContain('  250 AWS::S0::T\n  250 AWS::S1::T\n');
    expect(code).toBe(0);
  });
});
