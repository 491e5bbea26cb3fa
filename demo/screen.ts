import { stripVTControlCharacters } from 'node:util';

/** A terminal in memory: it keeps the screen that a display draws. */
export type Screen = {
  readonly isTTY: true;
  write(text: string): boolean;
  /** Returns the lines on the screen, without colors. */
  lines(): readonly string[];
};

/** The beginning of a control sequence that moves the cursor. */
const ESCAPE = '\u001b[';

/** Creates an empty screen. `follow` also gets all output. */
export function createScreen(follow: (text: string) => void = () => undefined): Screen {
  const lines: string[] = [];
  let row = 0;
  return {
    isTTY: true,
    write(text) {
      follow(text);
      row -= linesUp(text);
      const written = stripVTControlCharacters(text).split('\n');
      // A display writes whole lines, so the text ends with a line feed.
      for (const line of written.slice(0, -1)) lines[row++] = line;
      return true;
    },
    lines: () => lines.map((line) => line.trimEnd()),
  };
}

/** Returns how many lines a text moves the cursor up before it writes. */
function linesUp(text: string): number {
  if (!text.startsWith(ESCAPE)) return 0;
  return Number(/^(\d+)A/.exec(text.slice(ESCAPE.length))?.[1] ?? 0);
}
