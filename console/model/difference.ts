/** A line of a difference. `gap`: lines that are the same are left out here. */
export type DifferenceLine = { readonly kind: 'same' | 'added' | 'removed' | 'gap'; readonly text: string };

/** The lines around a change that are shown. */
const CONTEXT = 3;
/** The most lines of both sides that are compared line by line, without the lines that both have at the beginning and the end. */
const LIMIT = 3000;

/** Returns the difference between two values as lines of their JSON. Undefined: there is none. */
export function difference(before: unknown, after: unknown): DifferenceLine[] {
  return withGaps(lineDifference(linesOf(before), linesOf(after)));
}

function linesOf(value: unknown): string[] {
  return value === undefined ? [] : JSON.stringify(value, undefined, 2).split('\n');
}

function lineDifference(before: readonly string[], after: readonly string[]): DifferenceLine[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  while (
    end < before.length - start &&
    end < after.length - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  ) {
    end++;
  }
  const same = (text: string): DifferenceLine => ({ kind: 'same', text });
  return [
    ...before.slice(0, start).map(same),
    ...middle(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...before.slice(before.length - end).map(same),
  ];
}

/** The longest common lines, by the usual table. */
function middle(before: readonly string[], after: readonly string[]): DifferenceLine[] {
  if (before.length + after.length > LIMIT) {
    return [
      ...before.map((text) => ({ kind: 'removed' as const, text })),
      ...after.map((text) => ({ kind: 'added' as const, text })),
    ];
  }
  const width = after.length + 1;
  const common = new Uint16Array((before.length + 1) * width);
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      common[i * width + j] =
        before[i] === after[j]
          ? (common[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(common[(i + 1) * width + j] ?? 0, common[i * width + j + 1] ?? 0);
    }
  }
  const lines: DifferenceLine[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    const left = before[i];
    const right = after[j];
    if (left !== undefined && left === right) {
      lines.push({ kind: 'same', text: left });
      i++;
      j++;
    } else if (
      left !== undefined &&
      (right === undefined || (common[(i + 1) * width + j] ?? 0) >= (common[i * width + j + 1] ?? 0))
    ) {
      lines.push({ kind: 'removed', text: left });
      i++;
    } else {
      lines.push({ kind: 'added', text: right ?? '' });
      j++;
    }
  }
  return lines;
}

function withGaps(lines: readonly DifferenceLine[]): DifferenceLine[] {
  const near = new Set<number>();
  lines.forEach(({ kind }, index) => {
    if (kind === 'same') return;
    for (let at = index - CONTEXT; at <= index + CONTEXT; at++) near.add(at);
  });
  const shown: DifferenceLine[] = [];
  lines.forEach((line, index) => {
    if (near.has(index)) shown.push(line);
    else if (shown.length > 0 && shown.at(-1)?.kind !== 'gap') shown.push({ kind: 'gap', text: '…' });
  });
  if (shown.at(-1)?.kind === 'gap') shown.pop();
  return shown;
}
