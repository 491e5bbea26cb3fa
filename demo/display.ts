import { stripVTControlCharacters, styleText } from 'node:util';
import { shares, type Tally } from './traffic.ts';

/** Shows the progress of the demo. On a terminal, the last lines are redrawn in place. */
export type Display = {
  /** Prints the step that begins. */
  readonly step: (text: string) => void;
  /** Redraws shares, requests, failures, and a note. */
  show(tally: Tally, target: number, note: string): void;
  /** Prints lines that are not redrawn. */
  print(text: string): void;
};

const BAR = 40;
const PLAIN_EVERY_MS = 1000;
const STYLES: Readonly<Record<string, 'white' | 'blue' | 'red'>> = {
  white: 'white',
  blue: 'blue',
  red: 'red',
};

/** Creates a display on a stream; without a terminal it writes one plain line per second. */
export function createDisplay(stream: Pick<NodeJS.WriteStream, 'isTTY' | 'write'>): Display {
  let drawn = 0;
  let lastPlain = -Infinity;
  const startedAt = performance.now();

  const write = (text: string): void =>
    void stream.write(stream.isTTY ? text : stripVTControlCharacters(text));
  const settle = (): void => {
    drawn = 0;
    lastPlain = -Infinity;
  };

  return {
    step(text) {
      settle();
      write(`${styleText('dim', `${seconds(startedAt)} s`)}  ${text}\n`);
    },
    show(tally, target, note) {
      if (!stream.isTTY) {
        if (performance.now() - lastPlain < PLAIN_EVERY_MS && tally.requests < target) return;
        lastPlain = performance.now();
        write(`  ${plainLine(tally, target, note)}\n`);
        return;
      }
      const lines = barLines(tally, target, note);
      const up = drawn > 0 ? `\x1b[${drawn}A` : '';
      drawn = lines.length;
      write(`${up}${lines.map((line) => `\x1b[2K${line}\n`).join('')}`);
    },
    print(text) {
      settle();
      write(`${text}\n`);
    },
  };
}

function barLines(tally: Tally, target: number, note: string): readonly string[] {
  const bars = Object.entries(shares(tally)).map(([color, share]) => {
    const bar = '█'.repeat(Math.round(share * BAR)).padEnd(BAR, '·');
    return `          ${color.padEnd(6)} ${styleText(STYLES[color] ?? 'white', bar)} ${percent(share)}`;
  });
  // A fixed number of lines, so that each redraw covers the previous one.
  while (bars.length < 3) bars.push('');
  const failures = styleText(tally.failures === 0 ? 'green' : 'red', `${tally.failures} failed`);
  return [...bars, `          ${progress(tally, target)}, ${failures}  ${note}`];
}

function plainLine(tally: Tally, target: number, note: string): string {
  const parts = Object.entries(shares(tally)).map(([color, share]) => `${color} ${percent(share)}`);
  return `${parts.join(', ')}: ${progress(tally, target)}, ${tally.failures} failed  ${note}`.trimEnd();
}

// A step ends once it has at least `target` requests, so it may have a few more.
function progress({ requests }: Tally, target: number): string {
  return requests < target ? `${requests} of ${target} requests` : `${requests} requests`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1).padStart(5)} %`;
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1).padStart(5);
}
