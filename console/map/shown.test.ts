import { expect, test } from 'vitest';
import { panned, zoomed } from './frame.ts';
import { held, movedTo, sharp, styleOf } from './shown.ts';

const LAYOUT = { width: 400, height: 200, pieces: {}, lines: {} };
const FRAME = { x: 10, y: 20, scale: 0.5 };

test('at rest the picture is drawn at the scale of its frame, and a move draws it anew', () => {
  const shown = sharp(FRAME);
  expect(styleOf(LAYOUT, shown)).toBe('width: 200px; height: 100px; transform: translate(-5px, -10px)');
  const larger = movedTo(zoomed(FRAME, 2, { x: 0, y: 0 }), shown);
  expect(styleOf(LAYOUT, larger)).toMatch(/^width: 400px; height: 200px; transform: translate\([^)]*\)$/);
});

test('during a gesture the picture is moved and enlarged as it was drawn, and its size stays', () => {
  const start = held(sharp(FRAME));
  const far = movedTo(panned(FRAME, 30, -8), start);
  expect(styleOf(LAYOUT, far)).toBe(
    'width: 200px; height: 100px; transform: translate(25px, -18px); will-change: transform',
  );
  const larger = movedTo(zoomed(FRAME, 1.5, { x: 0, y: 0 }), start);
  expect(styleOf(LAYOUT, larger)).toBe(
    'width: 200px; height: 100px; transform: translate(-7.5px, -15px) scale(1.5); will-change: transform',
  );
});

test.each([
  0.4, 2.5,
])('a gesture that changes the size %s times draws the picture anew on its way', (factor) => {
  const shown = movedTo(
    zoomed({ ...FRAME, scale: 1 }, factor, { x: 0, y: 0 }),
    held(sharp({ ...FRAME, scale: 1 })),
  );
  expect(shown).toMatchObject({ drawn: factor, isHeld: true });
});

test('a piece is at the same place of the window before and after the gesture ends', () => {
  const shown = movedTo(zoomed(FRAME, 1.7, { x: 90, y: 40 }), held(sharp(FRAME)));
  const after = sharp(shown.frame);
  // The place of a point of the map by the style: its place in the picture as drawn, enlarged and moved.
  const at = ({ frame, drawn }: typeof shown, x: number): number =>
    x * drawn * (frame.scale / drawn) - frame.x * frame.scale;
  expect(at(shown, 123)).toBeCloseTo(at(after, 123));
});
