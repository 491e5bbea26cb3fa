import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyMesh } from '../../../controlplane/api/properties/testing/any-mesh.ts';
import { runs } from '../../../common/testing/short-form.ts';
import type { Json } from '../../client/client.ts';
import type { Document } from '../../resources/document.ts';
import { parseDocuments } from '../../resources/parse-documents.ts';
import { describeKey, keyText } from '../../resources/key.ts';
import { recogniseDocuments } from '../../resources/recognise.ts';
import { importTexts } from '../../import/testing/run.ts';
import type { Exported } from './form.ts';
import { FORM_NAMES, writeAs, type FormName } from './forms.ts';

// An export in another form, imported again, gives the same mesh.

const LIMIT_MS = 300_000;
const FILES = { log: '/dev/stdout', certificate: '/tls/chain.pem', privateKey: '/tls/key.pem' };

describe.each(FORM_NAMES)('as %s', (form) => {
  it('a round trip keeps any mesh', { timeout: LIMIT_MS }, async () => {
    await fc.assert(
      fc.asyncProperty(anyMesh(FILES), ({ resources }) => comesBack(form, exportedOf(resources))),
      // On a slow machine, as many as fit.
      { numRuns: runs(200, 5), interruptAfterTimeLimit: LIMIT_MS - 60_000 },
    );
  });

  it('a round trip keeps unusual names', async () => {
    await comesBack(form, exportedOf(ODD));
  });

  it('a round trip of a shared mesh keeps all but the mesh itself', async () => {
    const resources = exportedOf(ODD).filter(({ key }) => key.kind !== 'mesh');
    await comesBack(
      form,
      resources.map((each) => ({ ...each, key: { ...each.key, owner: '444455556666' } })),
    );
  });
});

const NAMES = [
  'a b',
  '"quoted" \\ back',
  '${var.x} %{if} $HOME {{ x }}',
  '日本',
  'tab\t\u0007',
  '-',
  'A',
  'a',
  'yes',
  '1e3',
];

/** Names and texts with a special meaning in one of the forms, and tags. */
const ODD: readonly object[] = [
  { meshName: 'm', spec: {}, tags: [{ key: 'a ${b}', value: '' }] },
  ...NAMES.map((virtualNodeName) => ({
    virtualNodeName,
    spec: {
      backends: [
        { virtualService: { virtualServiceName: 'not/there' } },
        { virtualService: { virtualServiceName: `to ${virtualNodeName}` } },
      ],
      listeners: [],
    },
  })),
  ...NAMES.map((name) => ({
    virtualServiceName: `to ${name}`,
    spec: { provider: { virtualNode: { virtualNodeName: name } } },
    tags: [{ key: 'yes', value: '${x}' }],
  })),
  { virtualRouterName: 'r', spec: { listeners: [{ portMapping: { port: 80, protocol: 'http' } }] } },
  ...NAMES.map((routeName) => ({
    virtualRouterName: 'r',
    routeName,
    spec: {
      tcpRoute: {
        action: { weightedTargets: [{ virtualNode: 'a', weight: 0 }] },
        timeout: { idle: { unit: 's', value: 0 } },
      },
    },
    tags: [{ key: 'k', value: routeName.replaceAll(/\p{Cc}/gu, '') }],
  })),
];

async function comesBack(form: FormName, resources: readonly Exported[]): Promise<void> {
  const { text, extension } = await writeAs(form, resources);
  const { code, stdout, stderr, files } = await importTexts({ [`m.${extension}`]: text });
  expect(`${stderr}${code === 0 ? '' : stdout}${code === 0 ? '' : text}`).toBe('');
  const again = Object.entries(files).flatMap(([name, content]) => [...documentsIn(name, content)]);
  expect(contentOf(again)).toEqual(contentOf(resources));
}

function exportedOf(resources: readonly unknown[]): readonly Exported[] {
  const raw = resources.map((value, index) => ({ value, origin: { file: 'm', index, line: 1 } }));
  const { documents, problems } = recogniseDocuments(raw, { mesh: 'm' });
  expect(problems).toEqual([]);
  return documents.map(({ key, spec = {}, tags = [] }) => ({
    key,
    spec: JSON.parse(JSON.stringify(spec)) as Json,
    tags,
    arn: 'arn:aws:appmesh:eu-west-1:111122223333:mesh/m',
  }));
}

function documentsIn(file: string, text: string): readonly Document[] {
  return recogniseDocuments(parseDocuments(file, text).documents, {}).documents;
}

function contentOf(
  resources: readonly Pick<Document, 'key' | 'spec' | 'tags'>[],
): Readonly<Record<string, unknown>> {
  const entries = resources.map(({ key, spec, tags = [] }) => [
    `${describeKey(key)} ${keyText(key)}`,
    { spec: inOrder(spec), tags: inOrder(tags) },
  ]);
  return Object.fromEntries(entries) as Readonly<Record<string, unknown>>;
}

// The order of tags and of Cloud Map attributes has no meaning.
function inOrder(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_name, part: unknown) => {
    if (!Array.isArray(part)) return part;
    const isPairs = part.every(
      (each: unknown) => typeof each === 'object' && each !== null && 'key' in each && 'value' in each,
    );
    return isPairs ? (part as { key: string }[]).toSorted((a, b) => (a.key < b.key ? -1 : 1)) : part;
  });
}
