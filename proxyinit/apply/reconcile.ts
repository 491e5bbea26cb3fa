import { OUR_CHAINS, TABLES, type Chain, type Jump, type TableName } from '../rules/chain.ts';
import { chainOf, sameRule, type Ruleset } from '../backend/saved.ts';

/**
 * Returns the text for one `iptables-restore --noflush` that turns the output of `iptables-save` into the wanted rules; undefined if no
 * change is needed. The text contains only our chains and the jumps to them: rules of other programs stay, and a correct jump keeps its
 * position. Each table is one transaction. Tables that redirected traffic needs come before `nat`, and tables that only lose rules
 * after it.
 */
export function reconcile(saved: Ruleset, wanted: readonly Chain[]): string | undefined {
  const gains = (table: TableName) => wanted.some((chain) => chain.table === table);
  const before = TABLES.filter((table) => table !== 'nat' && gains(table));
  const after = TABLES.filter((table) => table !== 'nat' && !gains(table));
  const texts = [...before, 'nat' as const, ...after].map((table) => transaction(saved, wanted, table));
  return texts.join('') || undefined;
}

function transaction(saved: Ruleset, wanted: readonly Chain[], table: TableName): string {
  const changes = OUR_CHAINS[table].map((name) => {
    const present = chainOf(saved, table, name);
    const chain = wanted.find((candidate) => candidate.table === table && candidate.name === name);
    return chain === undefined ? removal(present) : replacement(present, chain);
  });
  const lines = [
    ...changes.flatMap(({ declared }) => declared),
    ...changes.flatMap(({ commands }) => commands),
  ];
  return lines.length === 0 ? '' : `*${table}\n${lines.join('\n')}\nCOMMIT\n`;
}

/** Lines of a restore text. With --noflush, declaring a chain creates or flushes it. */
type Change = { readonly declared: readonly string[]; readonly commands: readonly string[] };

function replacement(present: Chain | undefined, { name, rules, jumps }: Chain): Change {
  const chainIsRight =
    present !== undefined &&
    present.rules.length === rules.length &&
    present.rules.every((rule, index) => sameRule(rule, rules[index] ?? ''));
  const jumpsAreRight = present !== undefined && sameJumps(present.jumps, jumps);
  return {
    declared: chainIsRight ? [] : [declare(name)],
    commands: [
      ...(chainIsRight ? [] : rules.map((rule) => `-A ${name} ${rule}`)),
      ...(jumpsAreRight ? [] : [...(present?.jumps ?? []).map(deletion), ...jumps.map(addition)]),
    ],
  };
}

function removal(present: Chain | undefined): Change {
  if (present === undefined) return { declared: [], commands: [] };
  const { name, jumps } = present;
  return { declared: [declare(name)], commands: [...jumps.map(deletion), `-X ${name}`] };
}

/** The order of our jumps does not matter: no two of them match the same packet. */
function sameJumps(present: readonly Jump[], wanted: readonly Jump[]): boolean {
  return (
    present.length === wanted.length &&
    wanted.every(({ from, rule }) => present.some((jump) => jump.from === from && sameRule(jump.rule, rule)))
  );
}

function declare(name: string): string {
  return `:${name} - [0:0]`;
}

function addition({ from, rule, place }: Jump): string {
  return `${place === 'first' ? '-I' : '-A'} ${from} ${rule}`;
}

function deletion({ from, rule }: Jump): string {
  return `-D ${from} ${rule}`;
}
