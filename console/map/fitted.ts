import { lengthOf, shortened } from './shortened.ts';

/** Joins as many parts of a text as have room, from the first one on, which is shortened if it has none. `room`: in characters of usual width. */
export function fitted([first = '', ...more]: readonly string[], room: number): string {
  let text = shortened(first, Math.floor(room));
  for (const part of more) {
    const longer = `${text} · ${part}`;
    if (lengthOf(longer) > room) break;
    text = longer;
  }
  return text;
}
