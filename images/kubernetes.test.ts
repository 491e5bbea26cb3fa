import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { compileControlPlaneSettings } from '../controlplane/settings.ts';
import manifest from '../package.json' with { type: 'json' };

type Container = {
  readonly image: string;
  readonly args: readonly string[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
};
type Resource = {
  readonly kind: string;
  readonly spec: {
    readonly clusterIP?: string;
    readonly ports?: readonly { readonly targetPort: string }[];
    readonly template?: { readonly spec: { readonly containers: readonly Container[] } };
  };
};

const read = (path: string): string => readFileSync(join(import.meta.dirname, '..', path), 'utf8');
const resources = parseAllDocuments(read('images/kubernetes/controlplane.yaml')).map(
  (document) => document.toJS() as Resource,
);
const named = (kind: string): Resource['spec'] | undefined =>
  resources.find((each) => each.kind === kind)?.spec;
const [container] = named('Deployment')?.template?.spec.containers ?? [];

test('the control plane of the manifest takes its flags, and is of the version of the project', () => {
  const [program, command, ...args] = container?.args ?? [];
  expect([program, command]).toEqual(['daybreak', 'controlplane']);
  const flags = Object.fromEntries(args.map((each) => each.split('=')));
  expect(compileControlPlaneSettings(flags)).toMatchObject({ region: 'us-west-2', insecure: false });
  expect(container?.image).toBe(`REGISTRY/daybreak-controlplane:${manifest.version}`);
});

test('the service leads to ports of the container, at the address of the patch in docs/kubernetes.md', () => {
  const names = container?.ports.map(({ name }) => name) ?? [];
  expect(named('Service')?.ports?.map(({ targetPort }) => targetPort)).toEqual(names);
  const patch = /^```yaml\n(# patch\.yaml\n.*?)^```$/ms.exec(read('docs/kubernetes.md'))?.[1] ?? '';
  expect(parse(patch)).toMatchObject({
    spec: { template: { spec: { hostAliases: [{ ip: named('Service')?.clusterIP }] } } },
  });
});
