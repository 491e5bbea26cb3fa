/** Writes an error with its causes and its code to stderr. Returns the exit code: the error's own `exitCode`, else 1. */
export function reportFailure(error: unknown): number {
  const text = describe(error);
  const code = codeOf(error);
  // The message of an API error has its code already.
  process.stderr.write(`daybreak: ${text.endsWith(code) ? text : text + code}\n`);
  if (
    typeof error === 'object' &&
    error !== null &&
    'exitCode' in error &&
    typeof error.exitCode === 'number'
  ) {
    return error.exitCode;
  }
  return 1;
}

/** Returns the stable code of a program of this project, in parentheses; an error of Node or of a library has none. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error) || !('exitCode' in error)) return '';
  return typeof error.code === 'string' ? ` (${error.code})` : '';
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause === undefined) return error.message;
  const cause = describe(error.cause);
  if (error.message.includes(cause)) return error.message;
  return error.message.endsWith('.') ? `${error.message} (${cause})` : `${error.message}: ${cause}`;
}
