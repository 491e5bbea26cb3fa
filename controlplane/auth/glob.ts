/**
 * Whether a text matches a pattern of IAM: `*` stands for any characters, also `/` and `:`, `?` for exactly one. The time
 * is at most the product of the two lengths.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  let index = 0;
  while (index < text.length) {
    const character = pattern[at];
    if (character === '*') {
      star = at;
      resume = index;
      at += 1;
    } else if (character === '?' || character === text[index]) {
      at += 1;
      index += 1;
    } else if (star >= 0) {
      // The last star takes one more character: an earlier one need never be asked again.
      at = star + 1;
      resume += 1;
      index = resume;
    } else return false;
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}
