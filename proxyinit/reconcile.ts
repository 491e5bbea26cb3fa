import { CHAIN_NAMES, type Chain } from './rules.ts';

/** The nat table as far as it matters: which chains there are, and every rule, without `-A`, in order. */
type Table = {
  readonly chains: ReadonlySet<string>;
  readonly rules: readonly { readonly chain: string; readonly rule: string }[];
};

/**
 * The text for one `iptables-restore --noflush` that turns the table which `iptables-save -t nat` printed into the wanted
 * one; undefined where it is that already. Only our chains and the jumps to them are in it: whatever is another's stays
 * as it is, and a jump that is right keeps its place among them. An empty `saved` gives the text for a fresh host.
 */
export function reconcile(saved: string, wanted: readonly Chain[]): string | undefined {
  const table = parse(saved);
  const changes = CHAIN_NAMES.map((name) => {
    const chain = wanted.find((candidate) => candidate.name === name);
    return chain === undefined ? removal(table, name) : replacement(table, chain);
  });
  const lines = [
    ...changes.flatMap(({ declared }) => declared),
    ...changes.flatMap(({ commands }) => commands),
  ];
  return lines.length === 0 ? undefined : `${['*nat', ...lines, 'COMMIT'].join('\n')}\n`;
}

/** Lines of a restore text. Under --noflush declaring a chain makes it, or empties it. */
type Change = { readonly declared: readonly string[]; readonly commands: readonly string[] };

function replacement(table: Table, { name, rules, jump }: Chain): Change {
  const present = table.rules.filter(({ chain }) => chain === name).map(({ rule }) => rule);
  const chainIsRight =
    table.chains.has(name) &&
    present.length === rules.length &&
    present.every((rule, index) => sameRule(rule, rules[index] ?? ''));
  const jumps = jumpsTo(table, name);
  const jumpIsRight =
    jumps.length === 1 && jumps.every(({ chain, rule }) => chain === jump.from && sameRule(rule, jump.rule));
  return {
    declared: chainIsRight ? [] : [declare(name)],
    commands: [
      ...(chainIsRight ? [] : rules.map((rule) => `-A ${name} ${rule}`)),
      ...(jumpIsRight ? [] : [...jumps.map(deletion), `-A ${jump.from} ${jump.rule}`]),
    ],
  };
}

function removal(table: Table, name: string): Change {
  if (!table.chains.has(name)) return { declared: [], commands: [] };
  return { declared: [declare(name)], commands: [...jumpsTo(table, name).map(deletion), `-X ${name}`] };
}

function declare(name: string): string {
  return `:${name} - [0:0]`;
}

function deletion({ chain, rule }: { readonly chain: string; readonly rule: string }): string {
  return `-D ${chain} ${rule}`;
}

/** Rules elsewhere that lead to the chain. Nobody else has a reason to lead traffic there, so they are ours, comment or not. */
function jumpsTo(table: Table, name: string): Table['rules'] {
  return table.rules.filter(({ chain, rule }) => {
    const words = tokens(rule);
    const target = words.findIndex((word) => word === '-j' || word === '-g');
    return words[target + 1] === name && target >= 0 && !CHAIN_NAMES.some((ours) => ours === chain);
  });
}

function parse(saved: string): Table {
  const chains = new Set<string>();
  const rules: { chain: string; rule: string }[] = [];
  for (const line of saved.split('\n')) {
    const declared = /^:(\S+) /.exec(line)?.[1];
    if (declared !== undefined) chains.add(declared);
    const [, chain, rule] = /^-A (\S+) ?(.*)$/.exec(line) ?? [];
    if (chain !== undefined && rule !== undefined) rules.push({ chain, rule });
  }
  return { chains, rules };
}

function sameRule(a: string, b: string): boolean {
  return tokens(a).join('\0') === tokens(b).join('\0');
}

/** The words of a rule. Quoted ones lose their quotes, for versions differ in what they quote; a quoted `-j` is no target. */
function tokens(rule: string): readonly string[] {
  return Array.from(rule.matchAll(/"((?:\\.|[^"\\])*)"|(\S+)/g), ([, quoted, plain]) => {
    return plain ?? (quoted?.startsWith('-') === true ? `"${quoted}"` : (quoted ?? ''));
  });
}
