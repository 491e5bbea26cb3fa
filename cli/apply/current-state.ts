import type { Client } from '../client/client.ts';
import { describeResource, listTags } from '../client/resources.ts';
import { CALLS_AT_ONCE, mapConcurrently } from '../concurrency.ts';
import type { Document, Problem } from '../resources/document.ts';
import { describeKey, keyText, type ResourceKey } from '../resources/key.ts';
import { referencesOf } from '../resources/references.ts';
import { currentOf, type Current } from './plan.ts';

/** Reads the existing resources that the documents describe, and their tags if the document has a `tags` member. */
export async function readCurrent(
  client: Client,
  documents: readonly Document[],
): Promise<ReadonlyMap<string, Current>> {
  const found = await mapConcurrently(documents, CALLS_AT_ONCE, async ({ key, tags }) => {
    const described = await describeResource(client, key);
    if (described === undefined) return [];
    const known = tags === undefined ? [] : await listTags(client, described.metadata.arn);
    return [[keyText(key), currentOf(described, known)] as const];
  });
  return new Map(found.flat());
}

/** Finds references to resources that neither the documents nor the control plane have; an apply would fail half-way. */
export async function missingReferences(
  client: Client,
  documents: readonly Document[],
): Promise<readonly Problem[]> {
  const own = new Set(documents.map(({ key }) => keyText(key)));
  const needed = new Map<string, ResourceKey>();
  for (const document of documents) {
    for (const { key } of referencesOf(document)) if (!own.has(keyText(key))) needed.set(keyText(key), key);
  }
  const there = await mapConcurrently([...needed], CALLS_AT_ONCE, async ([text, key]) => {
    return (await describeResource(client, key)) === undefined ? text : undefined;
  });
  const missing = new Set(there);
  return documents.flatMap((document) =>
    referencesOf(document)
      .filter(({ key }) => missing.has(keyText(key)))
      .map(({ path, key }) => ({
        origin: document.origin,
        at: document.key,
        message: `Value '${key.name}' at '${path}': ${describeKey(key)} is neither in the files nor on the control plane`,
      })),
  );
}
