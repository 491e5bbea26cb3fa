/** Tables that can contain our rules. */
export type TableName = 'raw' | 'mangle' | 'nat' | 'filter';

/** A rule in the chain `from`, without `-A`, that jumps to a chain of ours. Default place: the end. */
export type Jump = {
  readonly from: string;
  readonly rule: string;
  readonly place?: 'first';
};

/** A chain of ours: its rules, without `-A`, and the jumps to it. */
export type Chain = {
  readonly table: TableName;
  readonly name: string;
  readonly rules: readonly string[];
  readonly jumps: readonly Jump[];
};

/**
 * Names of our chains, per table. The first two are App Mesh's, which existing scripts use. All other chains belong to other programs,
 * including the empty APPMESH_INGRESS that App Mesh's first images left in `mangle`.
 */
export const OUR_CHAINS: Readonly<Record<TableName, readonly string[]>> = {
  nat: ['APPMESH_EGRESS', 'APPMESH_INGRESS', 'APPMESH_DNS'],
  raw: ['APPMESH_DNS', 'APPMESH_DNS_ANSWER'],
  mangle: ['APPMESH_INVALID'],
  filter: ['APPMESH_GUARD_OUT', 'APPMESH_GUARD_IN', 'APPMESH_GUARD_DNS'],
};

/** Tables, first those that must be complete before traffic is redirected. */
export const TABLES: readonly TableName[] = ['raw', 'mangle', 'filter', 'nat'];

/**
 * Returns a rule in the spelling of `iptables-save`, so that existing and wanted rules can be compared. Skips `undefined` matches. The
 * comment names the owner and the purpose of the rule.
 */
export function rule(matches: readonly (string | undefined)[], comment: string, target: string): string {
  const parts = matches.filter((part) => part !== undefined);
  return [...parts, `-m comment --comment "daybreak/${comment}"`, `-j ${target}`].join(' ');
}
