import { execa } from 'execa';
import { expect, test } from 'vitest';
import { importTexts } from '../../cli/import/testing/run.ts';
import { parseDocuments } from '../../cli/resources/parse-documents.ts';
import { EXAMPLE, meshOf, node, resource } from '../../console/testing/example-mesh.ts';
import { copyAs, type CopyForm } from '../../console/model/text/copy-as.ts';
import type { Resource } from '../../console/model/resources.ts';

// Each form is read by the program that it is for, or by the import of that form.

const NAME = `it's "a" $HOME`;
const MESH = meshOf(...EXAMPLE.resources, node(NAME, 'shop.example'));

function copied(form: CopyForm, { kind, name }: Pick<Resource, 'kind' | 'name'>): Promise<string> {
  const found = MESH.resources.find((each) => each.kind === kind && each.name === name);
  if (found === undefined) throw new Error(`the mesh has no ${kind} ${name}`);
  return copyAs(form, MESH, found, 'http://127.0.0.1:8080', MESH.owner);
}

const COPIED = [
  { kind: 'virtualNode', name: 'front' },
  { kind: 'virtualNode', name: NAME },
  { kind: 'route', name: 'all' },
  { kind: 'virtualService', name: 'shop.example' },
] as const;

const specOf = ({ kind, name }: Pick<Resource, 'kind' | 'name'>): unknown =>
  MESH.resources.find((each) => each.kind === kind && each.name === name)?.spec;

const FILES = { cloudformation: 'a.yaml', terraform: 'a.tf', kubernetes: 'b.yaml' } as const;

test.each(
  Object.entries(FILES).flatMap(([form, file]) =>
    COPIED.map((of) => [form as keyof typeof FILES, of.name, file, of] as const),
  ),
)('as %s, %s is read by the import of that form', async (form, name, file, of) => {
  const { files } = await importTexts({ [file]: await copied(form, of) });
  const documents = Object.entries(files).flatMap(([path, text]) => [
    ...parseDocuments(path, text).documents,
  ]);
  const found = documents.map(({ value }) => value as Readonly<Record<string, unknown>>);
  const own = found.find((each) => each[`${of.kind}Name`] === name);
  expect(own?.['spec']).toEqual(specOf(of));
});

test.each(COPIED)('as a document, $name is read by daybreak apply', async (of) => {
  const { documents } = parseDocuments('a.yaml', await copied('document', of));
  expect(documents.map(({ value }) => value)).toEqual([
    expect.objectContaining({ meshName: 'm', [`${of.kind}Name`]: of.name, spec: specOf(of) }),
  ]);
});

test.each(
  COPIED,
)('as a command, $name reaches the AWS CLI as it is, whatever a shell does to names', async (of) => {
  const text = await copied('cli', of);
  const { stdout } = await execa('bash', ['-c', `aws() { printf '%s\\0' "$@"; }\n${text}`]);
  const words = stdout.split('\0');
  const flag = (name: string): string => words[words.indexOf(name) + 1] ?? '';
  const kindInWords = of.kind.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  expect(words.slice(0, 2)).toEqual(['appmesh', `update-${kindInWords}`]);
  expect(flag(`--${kindInWords}-name`)).toBe(of.name);
  expect(JSON.parse(flag('--spec'))).toEqual(specOf(of));
  expect(flag('--endpoint-url')).toBe('http://127.0.0.1:8080');
});

test('an access policy is copied as a document', async () => {
  const policy = resource('accessPolicy', 'open', { allow: [{}] });
  expect(await copyAs('document', meshOf(policy), policy, '', MESH.owner)).toContain(
    'accessPolicyName: open',
  );
});
