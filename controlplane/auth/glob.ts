/**
 * Whether a text matches an IAM pattern: `*` matches any characters, also `/` and `:`, and `?` exactly one. The time is at
 * most the product of the two lengths.
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
      // The last star consumes one more character; backtracking to an earlier star is never needed.
      at = star + 1;
      resume += 1;
      index = resume;
    } else return false;
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}
