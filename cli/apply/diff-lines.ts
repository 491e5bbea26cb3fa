import { diff, type DiffEntry } from 'node:util';

/** Lines around a change that are shown too. */
const CONTEXT = 3;

/**
 * What changes from one text to another, a line an element: `- ` before a line that goes, `+ ` before one that comes, two
 * blanks before one that stays near a change, and `…` where lines that stay are left out. Empty where nothing changes.
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

// As node's diff has it: 1 is in the first text only.
const SIGNS = { 1: '-', 0: ' ', [-1]: '+' } as const;

// Where one side is empty there is nothing to search for, and the search would take memory by the square of the lines.
function entriesOf(before: readonly string[], after: readonly string[]): readonly DiffEntry[] {
  if (before.length === 0) return after.map((line) => [-1, line]);
  if (after.length === 0) return before.map((line) => [1, line]);
  return diff(before, after);
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}
