import { compareText } from '../../common/compare-text.ts';
import { checksumOf } from '../../common/files/seal.ts';
import { isAppMeshKind, STORED_KINDS, type Resource } from '../mesh/resource.ts';
import type { SpecChangeRecord } from '../store/spec-history.ts';
import type { Contents, TokenUse } from '../store/store.ts';
import { damaged, laterFormat, notABackup } from './errors.ts';

// A backup is text with one record per line, each a checksum and JSON: `CHECKSUM {"resource":{…}}`. Each checksum also covers
// the previous lines, so that a changed, missing, repeated or moved line is detected, with its number. The first line is the
// header; the last one has the number of lines. The content is the API's model, independent of the store's engine.

/**
 * The newest format that this program reads. It writes the oldest that holds the contents, because older programs read no later one:
 * 1 for App Mesh's kinds alone, 2 with Daybreak's own kinds, 3 with changes of specifications.
 */
export const FORMAT = 3;

/** The header of a backup. */
export type BackupHeader = {
  readonly format: number;
  /** The version of the program that wrote it. */
  readonly program: string;
  /** The time of the backup, in ISO 8601, UTC. */
  readonly createdAt: string;
  readonly revision: number;
};

/** A whole backup. */
export type Backup = { readonly header: BackupHeader; readonly contents: Contents };

/** Returns the lines of a backup, each with its newline. Equal contents give equal lines with every engine. */
export function* backupLines(contents: Contents, program: string, now: Date): Generator<string> {
  const { revision } = contents;
  const format = formatOf(contents);
  const header: BackupHeader = { format, program, createdAt: now.toISOString(), revision };
  let checksum = '';
  let lines = 1;
  const line = (record: object): string => {
    const json = JSON.stringify(record);
    checksum = checksumOf(checksum + json);
    lines += 1;
    return `${checksum} ${json}\n`;
  };
  yield line({ daybreak: 'backup', ...header });
  for (const resource of contents.resources.toSorted(byPlace)) yield line({ resource });
  for (const token of contents.tokens.toSorted((a, b) => compareText(tokenKey(a), tokenKey(b))))
    yield line({ token });
  for (const change of contents.history.toSorted(byRevision)) yield line({ change });
  yield line({ lines });
}

/**
 * Reads a backup, and verifies all of it. `name`: the file's name in errors.
 * @throws BackupError with the first damaged line
 */
export function readBackup(text: string, name: string): Backup {
  const lines = text.split('\n');
  if (lines[0]?.includes('"daybreak":"backup"') !== true) throw notABackup(name);
  const records: Record<string, unknown>[] = [];
  let checksum = '';
  for (const [index, line] of lines.slice(0, -1).entries()) {
    const [, sum, json = ''] = /^([0-9a-f]{32}) (.*)$/s.exec(line) ?? [];
    checksum = checksumOf(checksum + json);
    if (sum !== checksum) throw damaged(name, index + 1, 'its checksum does not match its content');
    records.push(JSON.parse(json) as Record<string, unknown>);
    // This program cannot verify the lines of a later format, so it checks the format first.
    if (index === 0) requireKnown(records[0] as unknown as BackupHeader, name);
  }
  if (lines.at(-1) !== '') throw damaged(name, lines.length, 'it is truncated');
  const [header, ...rest] = records;
  if (header === undefined) throw notABackup(name);
  if (rest.pop()?.['lines'] !== records.length) {
    throw damaged(name, lines.length, 'it is missing, because the file is truncated');
  }
  const { format, program, createdAt, revision } = header as unknown as BackupHeader;
  const contents = { revision, ...contentsOf(rest, name) };
  return { header: { format, program, createdAt, revision }, contents };
}

/** Returns the number of resources, in words. */
export function countOf({ resources }: Pick<Contents, 'resources'>): string {
  return resources.length === 1 ? '1 resource' : `${resources.length} resources`;
}

function requireKnown(header: BackupHeader, name: string): void {
  if (header.format > FORMAT) throw laterFormat(name, header, FORMAT);
}

function contentsOf(records: readonly Record<string, unknown>[], name: string): Omit<Contents, 'revision'> {
  const resources: Resource[] = [];
  const tokens: TokenUse[] = [];
  const history: SpecChangeRecord[] = [];
  for (const [index, { resource, token, change }] of records.entries()) {
    if (isResource(resource)) resources.push(resource);
    else if (token !== undefined) tokens.push(token as TokenUse);
    else if (change !== undefined) history.push(change as SpecChangeRecord);
    else throw damaged(name, index + 2, 'its kind of record is unknown');
  }
  return { resources, tokens, history };
}

function isResource(value: unknown): value is Resource {
  return STORED_KINDS.some((kind) => kind === (value as Partial<Resource> | undefined)?.kind);
}

function byPlace(a: Resource, b: Resource): number {
  return STORED_KINDS.indexOf(a.kind) - STORED_KINDS.indexOf(b.kind) || compareText(place(a), place(b));
}

function place({ owner, mesh, parent, name }: Resource): string {
  return JSON.stringify([owner, mesh, parent, name]);
}

function byRevision(a: SpecChangeRecord, b: SpecChangeRecord): number {
  return a.revision - b.revision || a.step - b.step;
}

function formatOf({ resources, history }: Contents): number {
  if (history.length > 0) return 3;
  return resources.every(({ kind }) => isAppMeshKind(kind)) ? 1 : 2;
}

function tokenKey({ account, operation, token }: TokenUse): string {
  return JSON.stringify([account, operation, token]);
}
