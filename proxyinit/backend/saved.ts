import { OUR_CHAINS, TABLES, type Chain, type TableName } from '../rules/chain.ts';

/** An existing rule: its chain, its text without `-A`, and its packet counter (0 if counters were not read). */
export type SavedRule = { readonly chain: string; readonly rule: string; readonly packets: number };

/** One table: its chains, and its rules in order. */
export type Table = { readonly chains: ReadonlySet<string>; readonly rules: readonly SavedRule[] };

/** The parsed output of `iptables-save`. */
export type Ruleset = {
  readonly tables: ReadonlyMap<string, Table>;
  /** Tables with rules that iptables cannot express; iptables can neither print nor change these tables. */
  readonly incompatible: ReadonlySet<string>;
};

/** An empty ruleset. */
export const EMPTY: Ruleset = { tables: new Map(), incompatible: new Set() };

/** Parses the output of `iptables-save`, with or without counters. */
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

/** Returns our existing chains with all jumps to them. */
export function ours(saved: Ruleset): readonly Chain[] {
  return TABLES.flatMap((table) => {
    return OUR_CHAINS[table].flatMap((name) => chainOf(saved, table, name) ?? []);
  });
}

/** Returns one chain of ours, or undefined if it does not exist. */
export function chainOf(saved: Ruleset, table: TableName, name: string): Chain | undefined {
  const { chains, rules } = saved.tables.get(table) ?? { chains: new Set(), rules: [] };
  if (!chains.has(name)) return undefined;
  return {
    table,
    name,
    rules: rules.filter(({ chain }) => chain === name).map(({ rule }) => rule),
    // No other program has a reason to jump to our chains, so these jumps are ours, with or without a comment.
    jumps: rules
      .filter(({ chain, rule }) => target(rule) === name && !OUR_CHAINS[table].includes(chain))
      .map(({ chain, rule }) => ({ from: chain, rule })),
  };
}

/** Counts the rules of other programs. */
export function countOthers(saved: Ruleset): number {
  const all = [...saved.tables.values()].reduce((sum, { rules }) => sum + rules.length, 0);
  return ours(saved).reduce((rest, { rules, jumps }) => rest - rules.length - jumps.length, all);
}

/** Returns the ruleset with these chains in place of existing ones of the same names. */
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

/** Returns whether two rules are equal apart from quotes, which differ among versions of iptables. */
export function sameRule(a: string, b: string): boolean {
  return tokens(a).join('\0') === tokens(b).join('\0');
}

function target(rule: string): string | undefined {
  const words = tokens(rule);
  const index = words.findIndex((word) => word === '-j' || word === '-g');
  return index < 0 ? undefined : words[index + 1];
}

/** Splits a rule into words without quotes, because versions quote different words. A quoted `-j` keeps its quotes: it is not a target. */
function tokens(rule: string): readonly string[] {
  return Array.from(rule.matchAll(/"((?:\\.|[^"\\])*)"|(\S+)/g), ([, quoted, plain]) => {
    return plain ?? (quoted?.startsWith('-') === true ? `"${quoted}"` : (quoted ?? ''));
  });
}
