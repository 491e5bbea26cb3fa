import { expect, test } from 'vitest';
import { createDisplay } from './display.ts';
import { svgOf } from './picture.ts';
import { createScreen } from './screen.ts';

const tally = (white: number, blue: number) => ({
  requests: white + blue,
  failures: 0,
  colors: { white, blue },
});

test('a screen keeps what a display drew last', () => {
  const screen = createScreen();
  const display = createDisplay(screen);
  display.step('first');
  display.show(tally(10, 0) as never, 10, '');
  display.show(tally(5, 5) as never, 10, 'note');
  display.print('end');
  const lines = screen.lines();
  expect(lines).toHaveLength(6);
  expect(lines[0]).toMatch(/ s {2}first$/);
  expect(lines.slice(1, 3).join('\n')).toContain('50.0 %');
  expect(lines.slice(1, 3).join('\n')).not.toContain('100.0 %');
  expect(lines[4]).toContain('10 requests, 0 failed  note');
  expect(lines[5]).toBe('end');
});

test('a picture has each line, with its characters escaped, and bars in their colors', () => {
  const svg = svgOf(['a < b', '', '  blue   ██·· 50.0 %'], 'The "demo"');
  expect(svg).toContain('>a &lt; b</text>');
  expect(svg).toContain('aria-label="The &quot;demo&quot;"');
  expect(svg).toMatch(/fill="#58a6ff"[^>]*>blue\u00a0\u00a0 ██·· 50\.0 %</);
  expect(svg.match(/<text /g)).toHaveLength(2);
});
