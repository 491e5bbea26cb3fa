/** The one protocol that a connection can be upgraded to. */
export const UPGRADE = 'websocket';

/**
 * A regular expression that matches, as a whole, a name that differs from this one in a letter, without regard to case. It
 * spells classes of ASCII out: as Unicode they have more instructions than an Envoy takes where nobody raised its limit.
 */
export function otherThan(name: string): string {
  const letters = name.split('');
  const last = differs(letters.pop() ?? '');
  const differing = letters.reduceRight(
    (after, letter) => `(?:${differs(letter)}|[${letter.toUpperCase()}${letter}]${after})`,
    last,
  );
  return `${differing}[!-~]*`;
}

/** The class of all visible ASCII but a letter. */
function differs(letter: string): string {
  const code = letter.charCodeAt(0);
  const capital = letter.toUpperCase().charCodeAt(0);
  const [before, after] = [String.fromCharCode(capital - 1), String.fromCharCode(capital + 1)];
  return `[!-${before}${after}-${String.fromCharCode(code - 1)}${String.fromCharCode(code + 1)}-~]`;
}
