import type { AccessReport, NodeAccessReport } from '../controlplane/authorization/access-report.ts';
import type { Client } from './client/client.ts';
import { UsageError } from './errors.ts';
import { formatTable } from './table.ts';

/** Options of `daybreak authorize`. */
export type AuthorizeOptions = {
  readonly mesh?: string;
  readonly meshOwner?: string;
  readonly output: 'table' | 'json';
};

const PATH = '/daybreak/v1/access';

/**
 * Prints which callers each virtual node of a mesh admits, or those of one virtual node.
 * @throws UsageError without a mesh, or if the mesh has no such virtual node
 */
export async function authorize(
  client: Client,
  node: string | undefined,
  { mesh, meshOwner, output }: AuthorizeOptions,
  stdout: { write(text: string): unknown },
): Promise<void> {
  if (mesh === undefined) throw new UsageError('--mesh or DAYBREAK_MESH has to name the mesh');
  const report = (await client.read(PATH, { mesh, ...(meshOwner && { meshOwner }) })) as AccessReport;
  const nodes = report.nodes.filter(({ virtualNode }) => node === undefined || virtualNode === node);
  if (node !== undefined && nodes.length === 0)
    throw new UsageError(`mesh ${mesh} has no virtual node ${JSON.stringify(node)}`);
  const shown = { ...report, nodes };
  stdout.write(output === 'json' ? `${JSON.stringify(shown, undefined, 2)}\n` : describeAccess(shown));
}

const HEAD = ['VIRTUAL NODE', 'MODE', 'VERDICT', 'CALLER', 'BECAUSE OF'];

const REFUSED_HEAD = ['VIRTUAL NODE', 'PORT', 'CALLER', 'RULE', 'REFUSED', 'WOULD BE REFUSED'];

/** Formats who may call whom as a table: one row per virtual node and caller or rule, in the order in which they are applied. */
export function describeAccess({ mesh, nodes }: AccessReport): string {
  if (nodes.length === 0) return `Mesh ${mesh} has no virtual node.\n`;
  const refused = nodes.flatMap(refusedRows);
  const table = formatTable(HEAD, nodes.flatMap(rowsOf));
  const notes = [...nodes.flatMap(notesOf), ...openNotes(nodes)].join('');
  return `${table}${refused.length === 0 ? '' : `\n${formatTable(REFUSED_HEAD, refused)}`}${notes === '' ? '' : `\n${notes}`}`;
}

/** With `AUDIT`, and for callers without an identity while no policy has `unauthenticated`, a refusal only counts. */
function refusedRows(node: NodeAccessReport): readonly string[][] {
  return node.refused.map(({ port, caller, rule, count }) => {
    const isOnlyCounted =
      node.authorization !== 'ENFORCE' ||
      (caller === '' && rule === 'none' && node.unauthenticated === undefined);
    const counts = isOnlyCounted ? ['-', String(count)] : [String(count), '-'];
    return [node.virtualNode, String(port), caller === '' ? '(no identity)' : caller, rule, ...counts];
  });
}

/** Names the rules that have no effect at a listener. */
function notesOf({ virtualNode, deny, allow, unauthenticated = [] }: NodeAccessReport): readonly string[] {
  return [...deny, ...allow, ...unauthenticated].flatMap(({ name, problem }) =>
    problem === undefined ? [] : [`Virtual node ${virtualNode}, rule ${name}: ${problem}.\n`],
  );
}

const SHOWN = 5;

/** Names the virtual nodes that admit callers without an identity, although a row says that they are refused. */
function openNotes(nodes: readonly NodeAccessReport[]): readonly string[] {
  const open = nodes.filter(
    ({ authorization, unauthenticated }) => authorization === 'ENFORCE' && unauthenticated === undefined,
  );
  return (['OFF', 'PERMISSIVE'] as const).flatMap((mode) => {
    const names = open.filter(({ mtls }) => mtls === mode).map(({ virtualNode }) => virtualNode);
    if (names.length === 0) return [];
    const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
    const who = mode === 'OFF' ? 'no caller has an identity, and all are' : 'callers in plain text are';
    return [
      `mtls is ${mode} for ${names.slice(0, SHOWN).join(', ')}${more}: ${who} admitted and only counted, except for a deny without from.\n`,
    ];
  });
}

function rowsOf({
  virtualNode,
  authorization,
  deny,
  allow,
  callers,
  unauthenticated,
}: NodeAccessReport): readonly string[][] {
  const rows = [
    ...deny.map(({ name, meaning }) => ['refuses', meaning, name]),
    ...allow.map(({ name, meaning }) => ['admits', meaning, name]),
    ...callers.map(({ kind, name, through }) => [
      'admits',
      `${kind === 'virtualNode' ? 'virtual node' : 'virtual gateway'} ${name}`,
      `${kind === 'virtualNode' ? 'backend' : 'gateway route to'} ${through.join(', ')}`,
    ]),
    ...(unauthenticated ?? []).map(({ name, meaning }) => ['admits without identity', meaning, name]),
  ];
  if (rows.length === 0)
    return [[virtualNode, authorization, 'refuses', 'all', 'no backend or rule names it']];
  return rows.map((row) => [virtualNode, authorization, ...row]);
}
