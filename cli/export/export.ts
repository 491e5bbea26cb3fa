import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../../common/files/make-folder.ts';
import type { Client } from '../client/client.ts';
import { describeResource, listTags } from '../client/resources.ts';
import { CALLS_AT_ONCE, mapConcurrently } from '../concurrency.ts';
import { CommandError } from '../errors.ts';
import { listMesh } from '../resources/list-mesh.ts';
import { documentOf, formatDocuments, formatValue, type DocumentForm } from '../resources/write-documents.ts';
import { escapeName, fileNames, shorten } from './file-names.ts';
import type { Exported } from './forms/form.ts';
import { writeAs, type FormName } from './forms/forms.ts';
import { errorCode } from '../../common/error-code.ts';

/** Options of `daybreak export`. Without a folder the documents go to stdout. */
export type ExportOptions = {
  readonly mesh: string;
  readonly meshOwner: string | undefined;
  readonly output: DocumentForm;
  readonly folder: string | undefined;
  /** A form other than documents. */
  readonly as?: FormName | undefined;
};

/**
 * Writes a whole mesh as documents for apply, parents before children: to stdout, or to a folder with one file per document.
 * With `as`, it writes one file for import.
 * @throws CommandError if the mesh does not exist or the folder is not empty; nothing was written then
 */
export async function exportMesh(
  client: Client,
  { mesh, meshOwner, output, folder, as }: ExportOptions,
  { stdout, stderr }: Record<'stdout' | 'stderr', { write(text: string): unknown }>,
): Promise<void> {
  if (folder !== undefined) await requireEmpty(folder);
  const resources = await readMesh(client, mesh, meshOwner);
  if (as !== undefined) {
    const { text, extension, note } = await writeAs(as, resources);
    stderr.write(note);
    if (folder === undefined) stdout.write(text);
    else {
      const file = join(folder, `${shorten(escapeName(mesh))}.${extension}`);
      makeFolder(folder);
      await writeFile(file, text, { flag: 'wx' });
      stdout.write(`mesh ${mesh} is in ${file}\n`);
    }
    return;
  }
  const documents = resources.map(({ key, spec, tags }) => ({ key, document: documentOf(key, spec, tags) }));
  if (folder === undefined) {
    stdout.write(
      formatDocuments(
        documents.map(({ document }) => document),
        output,
      ),
    );
    return;
  }
  const names = fileNames(
    documents.map(({ key }) => key),
    output,
  );
  makeFolder(folder);
  for (const [index, { document }] of documents.entries()) {
    await writeFile(join(folder, names[index] ?? ''), formatValue(document, output), { flag: 'wx' });
  }
  stdout.write(`${documents.length} documents of mesh ${mesh} are in ${folder}\n`);
}

async function requireEmpty(folder: string): Promise<void> {
  const entries = await readdir(folder).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return [];
    throw new CommandError(`${folder} cannot be read`, { cause: error });
  });
  if (entries.length === 0) return;
  // Documents of an earlier export would make the next apply create deleted resources again.
  throw new CommandError(`${folder} is not empty: export writes to a new or an empty folder`);
}

async function readMesh(
  client: Client,
  mesh: string,
  meshOwner: string | undefined,
): Promise<readonly Exported[]> {
  const listed = await listMesh(client, { owner: meshOwner, mesh });
  if (listed.length === 0) throw new CommandError(`there is no mesh ${mesh}`);
  const resources = await mapConcurrently(listed, CALLS_AT_ONCE, async ({ key, arn }) => {
    const described = await describeResource(client, key);
    if (described === undefined) return [];
    // Only its owner can create a shared mesh, so the export leaves the mesh itself out.
    if (key.kind === 'mesh' && meshOwner !== undefined) return [];
    return [{ key, spec: described.spec, tags: await listTags(client, arn), arn }];
  });
  return resources.flat();
}
