import type { History, SpecChange, Undone } from '../../controlplane/console/contract.ts';
import type { Client, Query } from '../client/client.ts';
import { UsageError } from '../errors.ts';
import { formatTable } from '../table.ts';

/** Options of `daybreak history`. `undo`: the id of a change. */
export type HistoryOptions = {
  readonly mesh: string;
  readonly meshOwner?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly parent?: string;
  readonly limit: string;
  readonly undo?: string;
  readonly output: 'table' | 'json';
};

const HEAD = ['CHANGE', 'AT', 'BY', 'SOURCE', 'WHAT', 'RESOURCE'];

/** Prints the changes of a mesh or of one resource, newest first, or undoes one. */
export async function history(
  client: Pick<Client, 'read' | 'post'>,
  options: HistoryOptions,
  stdout: { write(text: string): unknown },
): Promise<void> {
  if ((options.kind === undefined) !== (options.name === undefined)) {
    throw new UsageError('--kind and --name are given together');
  }
  if (options.undo !== undefined) return undo(client, options, options.undo, stdout);
  const answer = (await client.read('/console/history', queryOf(options))) as History;
  if (options.output === 'json') {
    stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
    return;
  }
  const text =
    answer.changes.length === 0
      ? `The history has no change of mesh ${options.mesh}.\n`
      : formatTable(HEAD, answer.changes.map(rowOf));
  stdout.write(text);
}

async function undo(
  client: Pick<Client, 'post'>,
  { mesh, meshOwner, output }: HistoryOptions,
  change: string,
  stdout: { write(text: string): unknown },
): Promise<void> {
  const body = { mesh, change, ...(meshOwner === undefined ? {} : { owner: meshOwner }) };
  const undone = (await client.post('/console/undo', body)) as Undone;
  const { operation, resource } = undone;
  const what = operation === 'none' ? 'has the state before the change already' : operation;
  stdout.write(output === 'json' ? `${JSON.stringify(undone, null, 2)}\n` : `${pathOf(resource)}: ${what}\n`);
}

function queryOf({ mesh, meshOwner, kind, name, parent, limit }: HistoryOptions): Query {
  const all = { mesh, owner: meshOwner, kind, name, parent, limit };
  return Object.fromEntries(
    Object.entries(all).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

function rowOf({ id, at, by, source, change, resource }: SpecChange): string[] {
  const user = by?.replace(/^arn:aws:iam::/, '') ?? '-';
  return [id, at, user, source, change, pathOf(resource)];
}

function pathOf({ kind, parent, name }: SpecChange['resource']): string {
  return parent === '' ? `${kind}/${name}` : `${kind}/${parent}/${name}`;
}
