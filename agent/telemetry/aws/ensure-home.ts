/**
 * Sets `HOME` if it is missing. AWS's SDK looks for files in the home folder, and fails if there is none: a user without an entry in
 * /etc/passwd, as uid 1337 in many images, has none.
 */
export function ensureHome(): void {
  process.env['HOME'] ??= '/nonexistent';
}
