/** The most characters of a receiver's message that are shown. */
const MOST_WORDS = 300;

/** Returns the message of a receiver for a status or a log: printable ASCII on one line, at most 300 characters. */
export function printable(text: string): string {
  return text
    .replaceAll(/[^\x20-\x7e]+/g, ' ')
    .trim()
    .slice(0, MOST_WORDS);
}
