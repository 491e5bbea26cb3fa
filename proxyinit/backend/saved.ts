import { OUR_CHAINS, TABLES, type Chain, type TableName } from '../rules/chain.ts';

/** A rule as it stands: its chain, its text without `-A`, and how many packets met it (0 where nobody asked for counters). */
export type SavedRule = { readonly chain: string; readonly rule: string; readonly packets: number };

/** One table: which chains there are, and every rule in order. */
export type Table = { readonly chains: ReadonlySet<string>; readonly rules: readonly SavedRule[] };

/** What `iptables-save` printed, as far as it matters. */
export type Ruleset = {
  readonly tables: ReadonlyMap<string, Table>;
  /** Tables that hold what iptables cannot express; nothing of theirs is printed, and nothing can be added. */
  readonly incompatible: ReadonlySet<string>;
};

/** A ruleset in which there is nothing. */
export const EMPTY: Ruleset = { tables: new Map(), incompatible: new Set() };

/** Reads what `iptables-save` prints, with counters or without. */
export function parseSaved(text: string): Ruleset {
  const tables = new Map<string, { chains: Set<string>; rules: SavedRule[] }>();
  const incompatible = new Set<string>();
  let current = { chains: new Set<string>(), rules: [] as SavedRule[] };
  for (const line of text.split('\n')) {
    const table = /^\*(\S+)/.exec(line)?.[1];
    if (table !== undefined) tables.set(table, (current = { chains: new Set(), rules: [] }));
    const declared = /^:(\S+) /.exec(line)?.[1];
    if (declared !== undefined) current.chains.add(declared);
    const [, packets, chain, rule] = /^(?:\[(\d+):\d+\] )?-A (\S+) ?(.*)$/.exec(line) ?? [];
    if (chain !== undefined) current.rules.push({ chain, rule: rule ?? '', packets: Number(packets ?? 0) });
    const foreign = /^# Table `(\S+)' is incompatible/.exec(line)?.[1];
    if (foreign !== undefined) incompatible.add(foreign);
  }
  return { tables, incompatible };
}

/** Our chains that are there, with all that leads to them. */
export function ours(saved: Ruleset): readonly Chain[] {
  return TABLES.flatMap((table) => {
    return OUR_CHAINS[table].flatMap((name) => chainOf(saved, table, name) ?? []);
  });
}

/** One chain of ours, or undefined where there is none. */
export function chainOf(saved: Ruleset, table: TableName, name: string): Chain | undefined {
  const { chains, rules } = saved.tables.get(table) ?? { chains: new Set(), rules: [] };
  if (!chains.has(name)) return undefined;
  return {
    table,
    name,
    rules: rules.filter(({ chain }) => chain === name).map(({ rule }) => rule),
    // Nobody else has a reason to lead traffic there, so they are ours, comment or not.
    jumps: rules
      .filter(({ chain, rule }) => target(rule) === name && !OUR_CHAINS[table].includes(chain))
      .map(({ chain, rule }) => ({ from: chain, rule })),
  };
}

/** How many rules are not ours. */
export function countOthers(saved: Ruleset): number {
  const all = [...saved.tables.values()].reduce((sum, { rules }) => sum + rules.length, 0);
  return ours(saved).reduce((rest, { rules, jumps }) => rest - rules.length - jumps.length, all);
}

/** The ruleset as it would be with these chains in place of those of their names. */
export function withChains(saved: Ruleset, chains: readonly Chain[]): Ruleset {
  const tables = new Map(saved.tables);
  for (const { table, name, rules, jumps } of chains) {
    const before = tables.get(table) ?? { chains: new Set(), rules: [] };
    tables.set(table, {
      chains: new Set([...before.chains, name]),
      rules: [
        ...before.rules.filter(({ chain, rule }) => chain !== name && target(rule) !== name),
        ...rules.map((rule) => ({ chain: name, rule, packets: 0 })),
        ...jumps.map(({ from, rule }) => ({ chain: from, rule, packets: 0 })),
      ],
    });
  }
  return { ...saved, tables };
}

/** Whether two rules are the same but for what versions of iptables put in quotes. */
export function sameRule(a: string, b: string): boolean {
  return tokens(a).join('\0') === tokens(b).join('\0');
}

function target(rule: string): string | undefined {
  const words = tokens(rule);
  const index = words.findIndex((word) => word === '-j' || word === '-g');
  return index < 0 ? undefined : words[index + 1];
}

/** The words of a rule. Quoted ones lose their quotes, for versions differ in what they quote; a quoted `-j` is no target. */
function tokens(rule: string): readonly string[] {
  return Array.from(rule.matchAll(/"((?:\\.|[^"\\])*)"|(\S+)/g), ([, quoted, plain]) => {
    return plain ?? (quoted?.startsWith('-') === true ? `"${quoted}"` : (quoted ?? ''));
  });
}
