import { isDeepStrictEqual } from 'node:util';
import { applyDocuments } from '../../apply/apply.ts';
import { exportMesh } from '../../export/export.ts';
import type { Document } from '../../resources/document.ts';
import { describeKey, keyText, type ResourceKey } from '../../resources/key.ts';
import { parseDocuments } from '../../resources/parse-documents.ts';
import { recogniseDocuments } from '../../resources/recognise.ts';
import { referencesOf } from '../../resources/references.ts';
import { capture, startBench } from '../../testing/control-plane.ts';

/**
 * Applies documents to a new control plane and exports its meshes. Returns the differences between export and documents. For
 * references to missing resources it creates minimal resources.
 */
export async function throughControlPlane(imported: readonly Document[]): Promise<string[]> {
  // The control plane has one account, which owns the meshes of other accounts here too.
  const documents = imported.map((document) => ({ ...document, key: { ...document.key, owner: undefined } }));
  const bench = await startBench();
  try {
    const all = [...documents, ...lacking(documents)];
    const options = { selector: undefined, exitCode: false, output: 'text', dryRun: false } as const;
    const { code, stderr } = await capture(bench.folder, '', (streams) =>
      applyDocuments(bench.client, all, options, streams),
    );
    if (code !== 0) return [`apply: ${stderr}`];
    const exported = new Map<string, Document>();
    for (const { key } of all.filter((each) => each.key.kind === 'mesh')) {
      const folder = { meshOwner: undefined, output: 'yaml', folder: undefined } as const;
      const { stdout } = await capture(bench.folder, '', async (streams) => {
        await exportMesh(bench.client, { ...folder, mesh: key.name }, streams);
        return 0;
      });
      for (const each of recogniseDocuments(parseDocuments('-', stdout).documents, {}).documents) {
        exported.set(keyText(each.key), each);
      }
    }
    return documents.flatMap((document) => differenceOf(document, exported.get(keyText(document.key))));
  } finally {
    await bench.close();
  }
}

function differenceOf(document: Document, exported: Document | undefined): readonly string[] {
  const same =
    exported !== undefined &&
    isDeepStrictEqual(exported.spec, document.spec ?? {}) &&
    isDeepStrictEqual(sorted(exported), sorted(document));
  return same
    ? []
    : [`${describeKey(document.key)}: ${JSON.stringify(exported)} is not ${JSON.stringify(document)}`];
}

function sorted({ tags = [] }: Document): unknown {
  return tags.toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

function lacking(documents: readonly Document[]): readonly Document[] {
  const there = new Set(documents.map(({ key }) => keyText(key)));
  const made: Document[] = [];
  const waiting: ResourceKey[] = documents.flatMap((document) =>
    referencesOf(document).map(({ key }) => key),
  );
  for (const key of waiting) {
    if (there.has(keyText(key))) continue;
    there.add(keyText(key));
    made.push({
      key,
      spec: SMALLEST[key.kind] ?? {},
      tags: undefined,
      origin: { file: 'made up', index: 1, line: 1 },
    });
  }
  return made;
}

const LISTENERS = { listeners: [{ portMapping: { port: 1, protocol: 'http' } }] };
const SMALLEST: Readonly<Record<string, Document['spec']>> = {
  virtualRouter: LISTENERS,
  virtualGateway: LISTENERS,
};
