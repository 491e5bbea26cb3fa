/** The one protocol that a connection can be upgraded to. */
export const UPGRADE = 'websocket';

/**
 * Returns a regular expression for names that differ from this one in at least one letter, ignoring case. It spells out ASCII
 * classes: as Unicode classes they would exceed Envoy's default limit of instructions.
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

/** Returns the class of all visible ASCII characters except one letter. */
function differs(letter: string): string {
  const code = letter.charCodeAt(0);
  const capital = letter.toUpperCase().charCodeAt(0);
  const [before, after] = [String.fromCharCode(capital - 1), String.fromCharCode(capital + 1)];
  return `[!-${before}${after}-${String.fromCharCode(code - 1)}${String.fromCharCode(code + 1)}-~]`;
}
