import type { Left } from '../source.ts';

/** Files that import does not read, by the end of their name, with the marks of App Mesh and what to import in their place. */
type Kind = { readonly name: RegExp; readonly mark: RegExp; readonly reason: string };

const PROGRAM = /\.(?:[cm]?[jt]sx?|py|java|kt|cs|go)$/i;
const SCRIPT = /\.(?:sh|bash)$/i;

const KINDS: readonly Kind[] = [
  {
    name: PROGRAM,
    mark: /cdktf|cdktn/i,
    reason: 'a program of CDK for Terraform: import the cdk.tf.json that cdktf synth writes',
  },
  {
    name: PROGRAM,
    mark: /aws-cdk|aws_cdk|awscdk|Amazon\.CDK/i,
    reason: 'a program of CDK: import the folder cdk.out that cdk synth writes',
  },
  {
    name: PROGRAM,
    mark: /pulumi/i,
    reason:
      'a program of Pulumi, which import cannot read: import saved answers of aws appmesh, or write documents',
  },
  {
    name: PROGRAM,
    mark: /AWS::AppMesh::/,
    reason: 'a program with a template of CloudFormation: import the template that it makes',
  },
  {
    name: /\.(?:tpl|tmpl|tftpl|j2|jinja2?|erb|gotmpl|mustache|jsonnet|libsonnet)$/i,
    mark: /AWS::AppMesh::|aws_appmesh_|appmesh\.k8s\.aws\//,
    reason: 'a template that has to be rendered first: import what it becomes',
  },
  {
    name: SCRIPT,
    mark: /aws appmesh (?:create|update)-|apiVersion:\s*["']?appmesh\.k8s\.aws\//,
    reason: 'a script that makes resources of App Mesh, which import does not run',
  },
];

/** Whether a file that import does not read may describe a mesh, by its name. */
export function mayDescribe(file: string): boolean {
  return KINDS.some(({ name }) => name.test(file));
}

/** Whether a file is a program or a script by its name, so it is not in one of the forms. */
export function isProgram(file: string): boolean {
  return PROGRAM.test(file) || SCRIPT.test(file);
}

/** Returns why a file is left out that import does not read and that describes resources of App Mesh; undefined for any other file. */
export function unreadReason(file: string, text: string): Left | undefined {
  const found = MESH.exec(text);
  const kind = KINDS.find(({ name, mark }) => name.test(file) && mark.test(text));
  if (found === null || kind === undefined) return undefined;
  const line = text.slice(0, found.index).split('\n').length;
  return { place: { file, line, id: '' }, reason: kind.reason, group: kind.reason };
}

/** A resource of App Mesh in a program or template; its name alone may be that of an Envoy image or an IAM policy. */
const MESH =
  /AWS::AppMesh::|aws_appmesh_|aws_appmesh import|appmesh\.k8s\.aws\/|aws appmesh (?:create|update)-|\b(?:Cfn|New|Appmesh|AppMesh|appmesh\.|AppMesh\.)\w*(?:Mesh|Virtual(?:Node|Service|Router|Gateway)|GatewayRoute)\b/;
