/** The tables that rules of ours can stand in. */
export type TableName = 'raw' | 'mangle' | 'nat' | 'filter';

/** The rule of another chain, `from`, that leads to a chain of ours, without `-A`. Default place: the end. */
export type Jump = {
  readonly from: string;
  readonly rule: string;
  readonly place?: 'first';
};

/** A chain of ours: its rules, without `-A`, and what leads to it. */
export type Chain = {
  readonly table: TableName;
  readonly name: string;
  readonly rules: readonly string[];
  readonly jumps: readonly Jump[];
};

/**
 * The names that are ours, a table. The first two are App Mesh's, which scripts and eyes know. Whatever bears another name
 * is another's; the empty APPMESH_INGRESS that App Mesh's first images left in `mangle` is another's too.
 */
export const OUR_CHAINS: Readonly<Record<TableName, readonly string[]>> = {
  nat: ['APPMESH_EGRESS', 'APPMESH_INGRESS', 'APPMESH_DNS'],
  raw: ['APPMESH_DNS', 'APPMESH_DNS_ANSWER'],
  mangle: ['APPMESH_INVALID'],
  filter: ['APPMESH_GUARD_OUT', 'APPMESH_GUARD_IN', 'APPMESH_GUARD_DNS'],
};

/** The tables, those first that have to be right before traffic is redirected. */
export const TABLES: readonly TableName[] = ['raw', 'mangle', 'filter', 'nat'];

/**
 * One rule, spelled as `iptables-save` prints it, so that what is there can be compared with what is wanted. `matches` are
 * parts of it; `undefined` ones are left out. The comment says whose rule it is, and why it is there.
 */
export function rule(matches: readonly (string | undefined)[], comment: string, target: string): string {
  const parts = matches.filter((part) => part !== undefined);
  return [...parts, `-m comment --comment "daybreak/${comment}"`, `-j ${target}`].join(' ');
}
