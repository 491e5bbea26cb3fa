import { diff, type DiffEntry } from 'node:util';

/** The number of context lines around a change. */
const CONTEXT = 3;

/**
 * Compares two texts. Each element is one line: `- ` marks a removed line, `+ ` an added one, two blanks a context line, and
 * `…` stands for omitted unchanged lines. Empty if the texts are equal.
 */
export function diffLines(before: string, after: string): readonly string[] {
  const entries = entriesOf(linesOf(before), linesOf(after));
  const near = new Set<number>();
  for (const [index, [operation]] of entries.entries()) {
    if (operation === 0) continue;
    for (let line = index - CONTEXT; line <= index + CONTEXT; line += 1) near.add(line);
  }
  const shown: string[] = [];
  for (const [index, [operation, line]] of entries.entries()) {
    if (near.has(index)) shown.push(`${SIGNS[operation]} ${line}`);
    else if (near.size > 0 && shown.at(-1) !== '…') shown.push('…');
  }
  return shown;
}

// The operations of `diff` of `node:util`: 1 is a line of the first text only.
const SIGNS = { 1: '-', 0: ' ', [-1]: '+' } as const;

// If one side is empty there is nothing to compare, and `diff` would take memory in proportion to the square of the lines.
function entriesOf(before: readonly string[], after: readonly string[]): readonly DiffEntry[] {
  if (before.length === 0) return after.map((line) => [-1, line]);
  if (after.length === 0) return before.map((line) => [1, line]);
  return diff(before, after);
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}
